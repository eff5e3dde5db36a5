import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_FIELDS, REASON_FIELDS, START_FIELDS } from '../../contract/requests.ts';
import { operatorParameters, operatorSchemas } from '../../contract/schemas/operator.ts';
import { playerParameters, playerSchemas } from '../../contract/schemas/player.ts';
import type { Schema } from '../../contract/schemas/schema.ts';
import { requirePlayerId } from '../../lambdas/identifiers/player-id.ts';
import { requireReason } from '../../lambdas/operators/reason.ts';
import {
  optionalConnectionId,
  optionalIdempotencyKey,
  optionalSilentMs,
  requireBody,
  requireSignalRequest,
  requireStreamGroup,
  requireStreamSessionId,
} from '../../lambdas/problems/validation.ts';
import {
  applicationOf,
  launchArgumentsOf,
  locationsOf,
  resolutionOf,
} from '../../lambdas/routes/start/validation.ts';
import { schemaErrors } from './json-schema-check.ts';

const accepts = (validate: () => unknown): boolean => {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
};
const NO_DOCUMENT = {};
const fitsSchema = (schema: Schema, value: unknown) => schemaErrors(NO_DOCUMENT, schema, value).length === 0;
const property = (of: Schema, name: string) => (of.properties as Record<string, Schema>)[name] ?? {};

/** Strings near the limits, and arbitrary ones. */
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

/** A group that lists every given value, so that only the shape decides. */
const groupWith = (value: unknown) => {
  const names = [value].flat().filter((each) => typeof each === 'string');
  return {
    id: 'sg',
    region: 'us-west-2',
    applications: [...names, 'another'],
    locations: names,
  } as unknown as Parameters<typeof locationsOf>[1];
};
/** Widths and heights around AWS's limits. */
const sizes = fc.oneof(fc.constantFrom(319, 320, 720, 4096, 4097, 720.5, '720'), values);
/** Every size that may stand in the settings, of those above. */
const everySize = [320, 720, 4096].flatMap((width) => [320, 720, 4096].map((height) => ({ width, height })));
const { StartRequest, ConnectionRequest } = playerSchemas;
const { ShellRequest } = operatorSchemas;

/** Reasons near every limit: length, white space around, invisible characters, characters that change how a record reads. */
const reasons = fc.oneof(
  values,
  fc.string({
    unit: fc.constantFrom(...'ab ä\n\t\u00a0\u200b\u200c\u200d\u2028\u202e\u2800\ufe0f\ufeff\ud800\0', '😀'),
    minLength: 8,
    maxLength: 16,
  }),
  fc
    .tuple(
      fc.constantFrom('', ' ', '\n', '\u2028', '\ufeff'),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom('', ' ', '\r\n', '\u200d'),
    )
    .map(([before, hidden, seen, after]) => before + '\u2800'.repeat(hidden) + 'x'.repeat(seen) + after),
  fc.constantFrom(
    ...[9, 10, 499, 500, 501].flatMap((length) => ['x', '😀'].map((one) => one.repeat(length))),
  ),
);

const PAIRS: [string, fc.Arbitrary<unknown>, Schema, (value: never) => unknown][] = [
  [
    'streamGroupId',
    strings,
    playerParameters.streamGroupId,
    (value: string) => requireStreamGroup(value, [{ id: value }]),
  ],
  [
    'streamSessionId',
    strings,
    playerParameters.streamSessionId,
    (value: string) => requireStreamSessionId(value),
  ],
  [
    'Idempotency-Key',
    strings,
    playerParameters['Idempotency-Key'],
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
    'silentMs',
    fc.oneof(
      values,
      fc.integer({ min: -10, max: 3_600_010 }),
      fc.double(),
      fc.constantFrom(-1, 0, 3_600_000, 3_600_001, 0.5, '0'),
    ),
    property(ConnectionRequest, 'silentMs'),
    (value) => optionalSilentMs(value),
  ],
  [
    'applicationIdentifier',
    values,
    property(StartRequest, 'applicationIdentifier'),
    (value) => applicationOf(value, groupWith(value), false),
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
  [
    'displayConfiguration',
    fc.oneof(
      values,
      fc.record({ resolution: fc.record({ width: sizes, height: sizes }) }),
      fc.constantFrom({}, { resolution: {} }, { resolution: { width: 320, height: 320, depth: 8 } }),
      fc.record({ resolution: fc.record({ width: sizes, height: sizes }), more: values }),
    ),
    property(StartRequest, 'displayConfiguration'),
    (value) => resolutionOf(value, everySize),
  ],
  [
    'playerId',
    fc.oneof(strings, fc.constantFrom('a'.repeat(1024), 'a'.repeat(1025), 'a=', 'auth0|7')),
    operatorParameters.playerId,
    (value: string) => requirePlayerId(value),
  ],
  ['reason', reasons, property(ShellRequest, 'reason'), (value) => requireReason(value)],
];

describe('schemas and functions accept and refuse the same', () => {
  it.each(PAIRS)('%s', (_name, arbitrary, schema, validate) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(fitsSchema(schema, value), JSON.stringify(value)).toBe(
          accepts(() => validate(value as never)),
        );
      }),
      { numRuns: 400 },
    );
  });

  it.each<[string, readonly string[], Schema, object, (body: Record<string, unknown>) => unknown]>([
    [
      'a start',
      START_FIELDS,
      StartRequest,
      { signalRequest: offer },
      (body) => requireSignalRequest(body.signalRequest, 1e6),
    ],
    [
      'a reconnect',
      CONNECTION_FIELDS,
      ConnectionRequest,
      { signalRequest: offer },
      (body) => requireSignalRequest(body.signalRequest, 1e6),
    ],
    [
      'a shell',
      REASON_FIELDS,
      ShellRequest,
      { reason: 'Ticket 4711: black screen' },
      (body) => requireReason(body.reason),
    ],
  ])('the fields of %s, and no others', (_what, fields, schema, least, validate) => {
    expect(Object.keys(schema.properties as object)).toEqual(fields);
    expect(fitsSchema(schema, least)).toBe(true);
    expect(fitsSchema(schema, { ...least, mispelt: 'c-1' })).toBe(false);
    for (const body of ['{}', '[]', 'null', '"x"', '{"more":1}', JSON.stringify(least)]) {
      expect(fitsSchema(schema, JSON.parse(body)), body).toBe(
        accepts(() => validate(requireBody(body, fields))),
      );
    }
  });
});
