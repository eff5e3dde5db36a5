import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { playerRoutes } from '../../infra/player-routes.ts';
import { PROBLEMS } from '../../lambdas/core/problems.ts';
import {
  optionalConnectionId,
  optionalIdempotencyKey,
  requireBody,
  requireSignalRequest,
  requireStreamGroup,
  requireStreamSessionId,
} from '../../lambdas/core/validation.ts';
import { launchArgumentsOf, locationsOf, requireApplication } from '../../lambdas/start/validation.ts';
import { openApiText } from '../../openapi/document.ts';
import { contracts } from '../../openapi/routes.ts';
import { parameterSchemas, type Schema, schemas } from '../../openapi/schemas.ts';
import { misfits } from './conforms.ts';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'openapi.json'), 'utf8');
const document = JSON.parse(text);

describe('docs/openapi.json', () => {
  it('is current: npm run openapi would write the same', () => {
    expect(text).toBe(openApiText());
  });

  it('has every deployed route and no other', () => {
    const written = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(written.toSorted()).toEqual(
      playerRoutes.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
    expect(Object.keys(contracts).toSorted()).toEqual(playerRoutes.map(({ name }) => name).toSorted());
  });

  it('tells every error that there is, on some route', () => {
    const told = new Set(Object.values(contracts).flatMap(({ problems }) => problems));
    expect([...told].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
  });

  it('tells what API Gateway answers by itself, as docs/protocol.md tables it', () => {
    const protocol = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');
    const [, table = ''] = protocol.split('<!-- gateway: read by the tests -->');
    const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (\d{3}) \|/gm)].map(([, status]) => status);
    // 400 is for what is no HTTP, 404 for what is no route: neither is an answer of a route.
    const expected = rows.filter((status) => status !== '400' && status !== '404');
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(
        methods as Record<string, { responses: Record<string, object> }>,
      )) {
        const own = Object.entries(operation.responses).filter(([, response]) =>
          JSON.stringify(response).includes('GatewayMessage'),
        );
        expect(own.map(([status]) => status)).toEqual(expected);
      }
    }
  });
});

const takes = (validate: () => unknown): boolean => {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
};
const fits = (schema: Schema, value: unknown) => misfits(document, schema, value).length === 0;
const property = (of: Schema, name: string) => (of.properties as Record<string, Schema>)[name] ?? {};

/** Strings near the borders of what is allowed, and anything at all. */
const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[a-zA-Z0-9_-]{0,260}$/),
  fc.constantFrom(...[0, 1, 32, 33, 64, 65, 128, 129, 255, 256].map((length) => 'a'.repeat(length))),
  fc.constantFrom('a\n', 'a b', 'a/b', 'ä', '~', '!', '\x7f', 'arn:aws:x'),
);
const values = fc.oneof(strings, fc.jsonValue(), fc.array(strings));
const offer = JSON.stringify({ type: 'offer', sdp: 'v=0\r\n' });
const offers = fc.oneof(
  values,
  fc.constantFrom(offer, 'NO_CLIENT_CONNECTION', 'null', '[]', '"offer"'),
  fc
    .record(
      {
        type: fc.constantFrom('offer', 'answer', 1),
        sdp: fc.constantFrom('v=0\n', 'v=0', ' v=0\n', 'x\nv=0\n', 0),
      },
      { requiredKeys: [] },
    )
    .map((each) => JSON.stringify(each)),
);

/** A group that lists whatever is asked for, so that only the shape decides. */
const groupWith = (value: unknown) => {
  const names = [value].flat().filter((each) => typeof each === 'string');
  return {
    id: 'sg',
    region: 'us-west-2',
    applications: [...names, 'another'],
    locations: names,
  } as unknown as Parameters<typeof locationsOf>[1];
};
const { StartRequest, ConnectionRequest } = schemas;

const PAIRS: [string, fc.Arbitrary<unknown>, Schema, (value: never) => unknown][] = [
  [
    'streamGroupId',
    strings,
    parameterSchemas.streamGroupId,
    (value: string) => requireStreamGroup(value, [{ id: value }]),
  ],
  [
    'streamSessionId',
    strings,
    parameterSchemas.streamSessionId,
    (value: string) => requireStreamSessionId(value),
  ],
  [
    'Idempotency-Key',
    strings,
    parameterSchemas['Idempotency-Key'],
    (value: string) => optionalIdempotencyKey(value),
  ],
  [
    'signalRequest of a start',
    offers,
    property(StartRequest, 'signalRequest'),
    (value) => requireSignalRequest(value, 1e6),
  ],
  [
    'signalRequest of a reconnect',
    offers,
    property(ConnectionRequest, 'signalRequest'),
    (value) => requireSignalRequest(value, 1e6),
  ],
  [
    'previousConnectionId',
    values,
    property(ConnectionRequest, 'previousConnectionId'),
    (value) => optionalConnectionId(value),
  ],
  [
    'applicationIdentifier',
    values,
    property(StartRequest, 'applicationIdentifier'),
    (value) => requireApplication(value, groupWith(value)),
  ],
  ['locations', values, property(StartRequest, 'locations'), (value) => locationsOf(value, groupWith(value))],
  [
    'additionalLaunchArgs',
    fc.oneof(
      values,
      fc.constantFrom(Array(100).fill(''), Array(101).fill(''), ['a'.repeat(1024)], ['a'.repeat(1025)]),
    ),
    property(StartRequest, 'additionalLaunchArgs'),
    (value) => launchArgumentsOf(value, true),
  ],
];

describe('the schemas take and refuse what the functions do', () => {
  it.each(PAIRS)('%s', (_name, arbitrary, schema, validate) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(fits(schema, value), JSON.stringify(value)).toBe(takes(() => validate(value as never)));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['a start', StartRequest],
    ['a reconnect', ConnectionRequest],
  ])('the fields of %s, and no others', (_what, schema) => {
    const fields = Object.keys(schema.properties as object);
    expect(fits(schema, { signalRequest: offer, previousConnectionID: 'c-1' })).toBe(false);
    for (const body of ['{}', '[]', 'null', '"x"', '{"more":1}', JSON.stringify({ signalRequest: offer })]) {
      const verdict = takes(() => requireSignalRequest(requireBody(body, fields).signalRequest, 1e6));
      expect(fits(schema, JSON.parse(body)), body).toBe(verdict);
    }
    const handler = readFileSync(
      join(root, 'lambdas', schema === StartRequest ? 'start' : 'reconnect', 'handler.ts'),
      'utf8',
    );
    const known = /requireBody\(request\.body, \[([^\]]+)\]/.exec(handler)?.[1];
    expect([...(known ?? '').matchAll(/'(\w+)'/g)].map(([, name]) => name)).toEqual(fields);
  });
});

describe('the checker', () => {
  it('refuses to be asked about a keyword that it does not check', () => {
    expect(() => misfits({}, { multipleOf: 2 }, 4)).toThrow('nobody checks multipleOf');
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
    expect(misfits(document, schemas.Status, { streamSession: session })).toEqual([
      '$.streamSession.status: enum',
      '$.streamSession.createdAt: format',
      '$.streamSession.connectionTimeoutSeconds: minimum',
      '$.streamSession: additionalProperties',
    ]);
  });
});
