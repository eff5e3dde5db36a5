/** JSON Schema 2020-12: the parts that both APIs use. */
export type Schema = { readonly [keyword: string]: unknown };

/** A reference to a schema of the same document. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
export const time = (description: string): Schema => text(description, { format: 'date-time' });

/** An object without further fields: the functions refuse unknown fields, and never return others. */
export function closed<Name extends string>(
  required: readonly NoInfer<Name>[],
  properties: Readonly<Record<Name, Schema>>,
): Schema {
  return { type: 'object', required, properties, additionalProperties: false };
}
