import type { InputShape, Shape } from './constraints.ts';

/** What each shape reads, in the words of AWS's services in Java. */
const TYPE_NAMES: Readonly<Record<Shape['type'], string>> = {
  string: 'a String',
  integer: 'an Integer',
  boolean: 'a Boolean',
  list: 'a List',
  map: 'a Map',
  structure: 'a Structure',
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function tokenOf(value: unknown): string {
  if (value === null) return 'NULL_VALUE';
  if (Array.isArray(value)) return 'START_ARRAY';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return { string: 'STRING_VALUE', number: 'NUMBER_VALUE' }[typeof value as string] ?? 'START_OBJECT';
}

function check(shape: Shape, value: unknown, path: string): string | undefined {
  const wrong = `'${path}': ${tokenOf(value)} can not be converted to ${TYPE_NAMES[shape.type]}`;
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? undefined : wrong;
    case 'integer':
      return Number.isInteger(value) ? undefined : wrong;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrong;
    case 'list':
      return Array.isArray(value)
        ? first(value.map((item, index) => check(shape.member, item, `${path}.${index + 1}.member`)))
        : wrong;
    case 'map':
      return isObject(value)
        ? first(Object.entries(value).map(([key, item]) => check(shape.value, item, `${path}.${key}.value`)))
        : wrong;
    case 'structure':
      return isObject(value) ? wrongType(shape, value, `${path}.`) : wrong;
  }
}

const first = (problems: readonly (string | undefined)[]) =>
  problems.find((problem) => problem !== undefined);

/**
 * The first member whose JSON type is not the model's, and what is wrong with it; undefined: all types fit. A number with a fraction is
 * no integer. Null counts as absent, but in a list or a map.
 * Source: Smithy's protocol tests of malformed requests for restJson1, which answer each of these with SerializationException.
 */
export function wrongType(
  shape: Pick<InputShape, 'members'>,
  input: Readonly<Record<string, unknown>>,
  prefix = '',
): string | undefined {
  return first(
    Object.entries(shape.members).map(([name, member]) => {
      const value = input[name];
      return value === undefined || value === null ? undefined : check(member, value, `${prefix}${name}`);
    }),
  );
}
