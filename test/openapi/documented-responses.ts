import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { misfits } from './json-schema-check.ts';

/** An answer, read. */
export interface Given {
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
export interface Told {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Schema> };
}

const read = (name: string): Told =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8'));

/** Both documents as they stand in `docs/`. */
export const told = { player: read('openapi.json'), operator: read('openapi-operator.json') };

/** The operation that answers a request; undefined where the document has none: API Gateway's own 404. */
export function operationAt(document: Told, method: string, path: string): Operation | undefined {
  const [pathname = ''] = path.split('?');
  const template = Object.keys(document.paths).find((each) =>
    new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  return template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
}

export function operationNamed(document: Told, name: string): Operation {
  const operation = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .find(({ operationId }) => operationId === name);
  if (operation === undefined) throw new Error(`The document has no route ${name}`);
  return operation;
}

/** Headers that mean something in our answers; all others are HTTP's. */
const OURS = ['retry-after', 'idempotency-replayed'];

/** What of an answer is not as the document tells of the route. */
export function untold(
  document: Told,
  operation: Operation,
  { status, headers, text, json }: Given,
): string[] {
  const name = operation.operationId;
  const response = operation.responses[status];
  if (response === undefined) return [`${name} does not tell of ${status}`];
  const inHeaders = OURS.flatMap((header) => {
    const value = headers.get(header);
    if (value === null) return [];
    const known = Object.entries(response.headers ?? {}).find(([each]) => each.toLowerCase() === header);
    if (known === undefined) return [`${name} does not tell of ${header} with ${status}`];
    return misfits(document, known[1].schema, value, header);
  });
  if (response.content === undefined) {
    return text === '' ? inHeaders : [...inHeaders, `${name} tells of no body with ${status}`];
  }
  const type = headers.get('content-type')?.split(';')[0] ?? 'application/json';
  const content = response.content[type];
  if (content === undefined) return [...inHeaders, `${name} does not tell of ${type} with ${status}`];
  return [...inHeaders, ...misfits(document, content.schema, json)];
}

/**
 * Every answer that a test gets from an API must be one that its document tells of.
 * @throws Error saying where it is not
 */
export function requireTold(document: Told, method: string, path: string, answer: Given): void {
  const operation = operationAt(document, method, path);
  const found = operation === undefined ? [] : untold(document, operation, answer);
  if (found.length === 0) return;
  throw new Error(
    `${method} ${path} answered ${answer.status} ${answer.text}, which is not as told: ${found}`,
  );
}
