import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

type Schema = { readonly [keyword: string]: unknown };

/** Where a document keeps the schemas that others refer to. */
const SCHEMAS = '#/components/schemas/';

/** Knows the documents' formats, and reads JSON inside a string, which JSON Schema itself leaves to the reader. A keyword that it doesn't know is an error. */
function validatorFor(document: object) {
  const ajv = new Ajv2020({
    allErrors: true,
    inlineRefs: false,
    code: { optimize: false },
    strictTypes: false,
    strictRequired: false,
  });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  ajv.removeKeyword('contentSchema');
  ajv.addKeyword({
    keyword: 'contentSchema',
    type: 'string',
    schemaType: 'object',
    compile(schema: Schema) {
      const fits = ajv.compile(schema);
      return (text: string) => {
        try {
          return fits(JSON.parse(text));
        } catch {
          return false;
        }
      };
    },
  });
  const { components } = document as { components?: { schemas?: Record<string, Schema> } };
  for (const [name, schema] of Object.entries(components?.schemas ?? {}))
    ajv.addSchema(withNames(schema), name);
  return ajv;
}

const validators = new WeakMap<object, Ajv2020>();
const compiled = new WeakMap<object, WeakMap<Schema, ReturnType<Ajv2020['compile']>>>();

/** A schema that refers to the others by their names alone, as the validator knows them. */
const withNames = (schema: Schema): Schema =>
  JSON.parse(
    JSON.stringify(schema, (keyword, value) =>
      keyword === '$ref' ? String(value).replace(SCHEMAS, '') : value,
    ),
  );

function validateFunction(document: object, schema: Schema) {
  const validator = validators.get(document) ?? validatorFor(document);
  validators.set(document, validator);
  const known = compiled.get(document) ?? new WeakMap();
  compiled.set(document, known);
  const validate = known.get(schema) ?? validator.compile(withNames(schema));
  known.set(schema, validate);
  return validate;
}

/** As one writes a path in JavaScript: `$.streamSession.status`. */
const pathOf = (at: string, { instancePath }: ErrorObject) =>
  at +
  instancePath
    .split('/')
    .slice(1)
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('');

/**
 * Where a value does not fit a schema of an OpenAPI document, as `path: keyword`.
 * @throws {Error} for an unknown keyword or reference
 */
export function schemaErrors(document: object, schema: Schema, value: unknown, at = '$'): string[] {
  const validate = validateFunction(document, schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${pathOf(at, error)}: ${error.keyword}`);
}
