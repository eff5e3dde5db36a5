type Optional<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** The same object type, with optional members in place of those that may be undefined. */
export type Compact<T> = { [Key in Exclude<keyof T, Optional<T>>]: T[Key] } & {
  [Key in Optional<T>]?: Exclude<T[Key], undefined>;
};

/** Drops undefined members in place, so that `in` and a spread see only defined ones. */
export function compact<const T extends object>(value: T): Compact<T> {
  for (const key in value) if (value[key] === undefined) delete value[key];
  return value as Compact<T>;
}

/** The members of a JSON object; none of any other value. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
