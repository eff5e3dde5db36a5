/** JSON Schema 2020-12, as far as the schemas of both APIs need it. */
export type Schema = { readonly [keyword: string]: unknown };

/** A schema of the same document, by its name. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
export const time = (description: string): Schema => text(description, { format: 'date-time' });

/** An object with no field but these: the functions refuse unknown ones, and answer no others. */
export function closed(required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', required, properties, additionalProperties: false };
}
