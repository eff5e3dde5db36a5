type Optional<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/** An object whose members that may be undefined are optional instead. */
export type Compact<T> = { [Key in Exclude<keyof T, Optional<T>>]: T[Key] } & {
  [Key in Optional<T>]?: Exclude<T[Key], undefined>;
};

/** Drops undefined members in place, so that `in` and a spread see only what is there. */
export function compact<const T extends object>(value: T): Compact<T> {
  for (const key in value) if (value[key] === undefined) delete value[key];
  return value as Compact<T>;
}

/** The members of a JSON object; none where it is something else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
