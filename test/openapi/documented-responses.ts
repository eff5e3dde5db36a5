import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaErrors } from './json-schema-check.ts';

/** A response with its body. */
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
/** The part of a document about one route. */
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

/** Both documents in `docs/`. */
export const openApi = { player: read('openapi.json'), operator: read('openapi-operator.json') };

/** The operation for a request; undefined for an unknown path, which gets API Gateway's own 404. */
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

/** The response headers of our protocol; all others are plain HTTP. */
const OURS = ['retry-after', 'idempotency-replayed'];

/** How a response differs from the document of the route. */
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
 * Every response in a test must match the document of its API.
 * @throws {Error} saying how it differs
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
