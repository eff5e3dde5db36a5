import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaErrors } from './json-schema-check.ts';

/** An answer, read. */
export interface ReadResponse {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

type Schema = Record<string, unknown>;
interface Response {
  headers?: Record<string, { schema: Schema }>;
  content?: Record<string, { schema: Schema }>;
}
/** What a document tells of a route. */
interface Operation {
  operationId: string;
  responses: Record<string, Response>;
}
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Schema> };
}

const read = (name: string): OpenApiDocument =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8'));

/** Both documents as they stand in `docs/`. */
export const openApi = { player: read('openapi.json'), operator: read('openapi-operator.json') };

/** The operation that answers a request; undefined where the document has none: API Gateway's own 404. */
export function operationAt(document: OpenApiDocument, method: string, path: string): Operation | undefined {
  const [pathname = ''] = path.split('?');
  const template = Object.keys(document.paths).find((each) =>
    new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  return template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
}

export function operationNamed(document: OpenApiDocument, name: string): Operation {
  const operation = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .find(({ operationId }) => operationId === name);
  if (operation === undefined) throw new Error(`The document has no route ${name}`);
  return operation;
}

/** Headers that mean something in our answers; all others are HTTP's. */
const OURS = ['retry-after', 'idempotency-replayed'];

/** What of an answer is not as the document tells of the route. */
export function undocumented(
  document: OpenApiDocument,
  operation: Operation,
  { status, headers, text, json }: ReadResponse,
): string[] {
  const name = operation.operationId;
  const response = operation.responses[status];
  if (response === undefined) return [`${name} does not tell of ${status}`];
  const inHeaders = OURS.flatMap((header) => {
    const value = headers.get(header);
    if (value === null) return [];
    const known = Object.entries(response.headers ?? {}).find(([each]) => each.toLowerCase() === header);
    if (known === undefined) return [`${name} does not tell of ${header} with ${status}`];
    return schemaErrors(document, known[1].schema, value, header);
  });
  if (response.content === undefined) {
    return text === '' ? inHeaders : [...inHeaders, `${name} tells of no body with ${status}`];
  }
  const type = headers.get('content-type')?.split(';')[0] ?? 'application/json';
  const content = response.content[type];
  if (content === undefined) return [...inHeaders, `${name} does not tell of ${type} with ${status}`];
  return [...inHeaders, ...schemaErrors(document, content.schema, json)];
}

/**
 * Every answer that a test gets from an API must be one that its document tells of.
 * @throws Error saying where it is not
 */
export function requireDocumented(
  document: OpenApiDocument,
  method: string,
  path: string,
  answer: ReadResponse,
): void {
  const operation = operationAt(document, method, path);
  const found = operation === undefined ? [] : undocumented(document, operation, answer);
  if (found.length === 0) return;
  throw new Error(
    `${method} ${path} answered ${answer.status} ${answer.text}, which is not as told: ${found}`,
  );
}
