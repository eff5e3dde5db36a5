import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents } from '../../contract/openapi/documents.ts';
import {
  type OpenApiDocument,
  openApi,
  operationAt,
  requireDocumented,
  undocumented,
} from './documented-responses.ts';
import { schemaErrors } from './json-schema-check.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const read = (name: string) => readFileSync(join(docs, name), 'utf8');

/**
 * Statuses that API Gateway returns before it knows the route, or that the operator API never has, because it has no tokens.
 */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'openapi.json': ['400', '404'],
  'openapi-operator.json': ['400', '401', '404'],
};

describe.each(Object.entries(documents))('docs/%s', (name, api) => {
  const text = read(name);
  const document: OpenApiDocument = JSON.parse(text);
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

  it('has every deployed route and no other', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const deployed = Object.values(api.routes).flatMap(({ method, path, queryPath }) =>
      [path, queryPath].filter((each) => each !== undefined).map((each) => `${method} ${each}`),
    );
    expect(written.toSorted()).toEqual(deployed.toSorted());
    expect(Object.keys(api.contracts).toSorted()).toEqual(Object.keys(api.routes).toSorted());
  });

  it('names each route once', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(names).toEqual([...new Set(names)]);
  });

  it('documents every problem code, each on at least one route', () => {
    const codes = new Set(Object.values(api.contracts).flatMap(({ problems }) => problems));
    expect([...codes].toSorted()).toEqual(Object.keys(api.problems).toSorted());
  });

  it("documents API Gateway's own responses, as docs/protocol.md lists them", () => {
    const [, table = ''] = read('protocol.md').split('<!-- gateway: read by the tests -->');
    const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (\d{3}) \|/gm)].map(([, status]) => status);
    const expected = rows.filter((status) => !NOT_HERE[name]?.includes(status ?? ''));
    expect(expected.length).toBeGreaterThan(4);
    for (const { responses } of operations) {
      const own = Object.entries(responses).filter(([, response]) =>
        JSON.stringify(response).includes('GatewayMessage'),
      );
      expect(own.map(([status]) => status)).toEqual(expected);
    }
  });

  it('has no dangling reference, and no unused schema or parameter', () => {
    const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(([, to]) => to);
    expect([...new Set(references)].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
    const named = new Set(operations.flatMap((each) => JSON.stringify(each)));
    for (const parameter of Object.keys(api.parameters)) {
      expect(
        [...named].some((operation) => operation.includes(`"name":"${parameter}"`)),
        parameter,
      ).toBe(true);
    }
  });
});

it('a player signs in with a token, an operator with a signature, as API Gateway describes them', () => {
  expect(openApi.player.components.securitySchemes).toMatchObject({
    player: { type: 'http', scheme: 'bearer' },
  });
  expect(openApi.operator.components.securitySchemes).toMatchObject({
    sigv4: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      'x-amazon-apigateway-authtype': 'awsSigv4',
    },
  });
});

describe('the check of responses', () => {
  it('throws on a schema keyword that does not exist, since nothing would check it', () => {
    expect(() => schemaErrors({}, { multipelOf: 2 }, 4)).toThrow('unknown keyword: "multipelOf"');
  });

  it('says where a value does not fit', () => {
    const session = {
      streamGroupId: 'sg',
      streamSessionId: 's',
      status: 'GONE',
      createdAt: 'now',
      connectionTimeoutSeconds: 0,
      more: 1,
    };
    expect(
      schemaErrors(openApi.player, { $ref: '#/components/schemas/Status' }, { streamSession: session }),
    ).toEqual([
      '$.streamSession: additionalProperties',
      '$.streamSession.status: enum',
      '$.streamSession.createdAt: format',
      '$.streamSession.connectionTimeoutSeconds: minimum',
    ]);
  });

  const operation = operationAt(openApi.player, 'DELETE', '/v1/streamgroups/sg-1/streamsessions/s-1');
  const answered = (status: number, body?: object, headers: Record<string, string> = {}) => {
    if (operation === undefined) throw new Error('There is no such route');
    const given = { status, headers: new Headers(headers), text: JSON.stringify(body) ?? '', json: body };
    return undocumented(openApi.player, operation, given);
  };

  it.each<[string, ReturnType<typeof answered>, string[]]>([
    ['nothing, if it is documented', answered(204), []],
    ['an undocumented status', answered(418), ['terminate does not tell of 418']],
    ['an undocumented body', answered(204, {}), ['terminate tells of no body with 204']],
    [
      "a header of ours in API Gateway's own response",
      answered(429, { message: 'Too Many Requests' }, { 'idempotency-replayed': 'true' }),
      ['terminate does not tell of idempotency-replayed with 429'],
    ],
    [
      "another route's code",
      answered(
        410,
        { code: 'stream_session_ended' },
        { 'content-type': 'application/problem+json; charset=utf-8' },
      ),
      ['terminate does not tell of 410'],
    ],
  ])('finds in a response: %s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('fails an end-to-end test on an undocumented response, and says how it differs', () => {
    const answer = (json: object) => ({
      status: 200,
      headers: new Headers(),
      text: JSON.stringify(json),
      json,
    });
    const send = (json: object) => () =>
      requireDocumented(openApi.player, 'GET', '/v1/streamsessions', answer(json));
    expect(send({ streamSessions: [] })).not.toThrow();
    expect(send({ streamSessions: [], more: 1 })).toThrow(
      'GET /v1/streamsessions answered 200 {"streamSessions":[],"more":1}, which is not as told: $: additionalProperties',
    );
  });

  it('finds a route by a path with ids in it, and none for an unknown path', () => {
    expect(operation?.operationId).toBe('terminate');
    expect(operationAt(openApi.operator, 'GET', '/v1/players/a%2Fb/streamsessions')?.operationId).toBe(
      'operator-sessions',
    );
    expect(operationAt(openApi.operator, 'GET', '/v1/streamsessions?playerId=a%2Fb')?.operationId).toBe(
      'operator-sessions-by-query',
    );
    expect(operationAt(openApi.player, 'GET', '/v1/streamsessions/')).toBeUndefined();
    expect(operationAt(openApi.player, 'PUT', '/v1/streamsessions')).toBeUndefined();
  });
});
