type Schema = { readonly [keyword: string]: unknown };

/** Keywords without a check. A keyword that is neither here nor in the rules is an error. */
const UNCHECKED = new Set(['description', 'contentMediaType', 'then', 'else']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

type Rule = (
  argument: never,
  value: unknown,
  inner: (schema: Schema, value: unknown, at: string) => string[],
  schema: Schema,
) => boolean | string[];

const RULES: Readonly<Record<string, Rule>> = {
  type: (types: string | string[], value) => [types].flat().some((type) => TYPES[type]?.(value) ?? false),
  const: (only: unknown, value) => value === only,
  enum: (values: unknown[], value) => values.includes(value),
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  format: (_format: 'date-time', value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(value)),
  minLength: (least: number, value) => typeof value !== 'string' || [...value].length >= least,
  maxLength: (most: number, value) => typeof value !== 'string' || [...value].length <= most,
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value) => !Array.isArray(value) || value.length <= most,
  uniqueItems: (_true: true, value) => !Array.isArray(value) || new Set(value).size === value.length,
  items: (item: Schema, value, inner) =>
    Array.isArray(value) ? value.flatMap((each, at) => inner(item, each, `[${at}]`)) : true,
  required: (names: string[], value) => !isObject(value) || names.every((name) => name in value),
  properties: (properties: Record<string, Schema>, value, inner) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, schema]) =>
          name in value ? inner(schema, value[name], `.${name}`) : [],
        )
      : true,
  additionalProperties: (_false: false, value, _inner, { properties }) =>
    !isObject(value) || Object.keys(value).every((name) => name in (properties as object)),
  if: (condition: Schema, value, inner, schema) => {
    const consequence = inner(condition, value, '').length === 0 ? schema.then : schema.else;
    return inner((consequence ?? {}) as Schema, value, '');
  },
  not: (schema: Schema, value, inner) => inner(schema, value, '').length > 0,
  contentSchema: (schema: Schema, value, inner) => inner(schema, parsed(value), ' as JSON'),
};

/**
 * Where a value does not fit a schema of an OpenAPI document, as `path: keyword`.
 * @throws {Error} for an unknown keyword or reference
 */
export function schemaErrors(document: object, schema: Schema, value: unknown, at = '$'): string[] {
  const inner = (within: Schema, part: unknown, more: string) =>
    schemaErrors(document, within, part, at + more);
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (UNCHECKED.has(keyword)) return [];
    if (keyword === '$ref') return schemaErrors(document, resolve(document, String(argument)), value, at);
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`${at}: nobody checks ${keyword}`);
    const found = rule(argument as never, value, inner, schema);
    return Array.isArray(found) ? found : found ? [] : [`${at}: ${keyword}`];
  });
}

function resolve(document: object, reference: string): Schema {
  let part: unknown = document;
  for (const name of reference.replace('#/', '').split('/'))
    part = (part as Record<string, unknown> | undefined)?.[name];
  if (!isObject(part)) throw new Error(`There is no ${reference}`);
  return part;
}
