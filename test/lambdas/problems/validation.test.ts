import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../client/src/problem.ts';
import { PROBLEMS } from '../../../contract/problems.ts';
import { type Problem, problemBody } from '../../../lambdas/problems/problems.ts';
import {
  optionalConnectionId,
  optionalIdempotencyKey,
  optionalSilentMs,
  plainId,
  requireBody,
  requireBrakeSeconds,
  requireSignalRequest,
  requireStreamGroup,
  requireStreamSessionId,
} from '../../../lambdas/problems/validation.ts';
import { applicationOf, launchArgumentsOf, locationsOf } from '../../../lambdas/routes/start/validation.ts';

const offer = JSON.stringify({ type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n' });
const group = {
  id: 'sg-1',
  region: 'us-west-2',
  applications: ['a-1', 'a-2'],
  locations: ['us-west-2', 'us-east-1'],
  connectionTimeoutSeconds: 120,
  sessionLengthSeconds: 3600,
};

describe('what a browser sends is named and refused before anything reaches AWS', () => {
  it.each([
    ['not JSON', 'nonsense', /signalRequest: is not JSON/],
    ['no offer but an answer', '{"type":"answer","sdp":"v=0\\n"}', /signalRequest: is not an offer/],
    ['no SDP', '{"type":"offer","sdp":"hello"}', /signalRequest: is not an SDP offer/],
    ['a list', '[]', /signalRequest: is not an offer/],
    ['null', 'null', /signalRequest: is not an offer/],
    ['a number', 7, /signalRequest: must be the string/],
    ['nothing', undefined, /signalRequest: must be the string/],
    ["the server's sentinel", 'NO_CLIENT_CONNECTION', /signalRequest: NO_CLIENT_CONNECTION is for servers/],
  ])('an offer that is %s', (_, value, complaint) => {
    expect(() => requireSignalRequest(value, 65_536)).toThrow(complaint);
  });

  it('an offer over the limit, counted in bytes and not in characters', () => {
    const padded = (length: number) => JSON.stringify({ type: 'offer', sdp: `v=0\n${'é'.repeat(length)}` });
    const size = Buffer.byteLength(padded(100));
    expect(requireSignalRequest(padded(100), size)).toBe(padded(100));
    expect(() => requireSignalRequest(padded(100), size - 1)).toThrow(/larger than/);
  });

  it('ids outside the pattern, path traversal and ARNs among them', () => {
    for (const id of [
      '',
      '..',
      '../../sg-1',
      'a/b',
      'sg 1',
      'sg-1\n',
      'arn:aws:x',
      undefined,
      'x'.repeat(129),
    ]) {
      expect(() => requireStreamSessionId(id)).toThrow(/streamSessionId/);
      expect(() => requireStreamGroup(id, [group])).toThrow(/streamGroupId/);
    }
    expect(() => requireStreamGroup('sg-2', [group])).toThrow(
      /streamGroupId: is not a stream group of this API/,
    );
  });

  it('an Idempotency-Key with control characters, spaces or nothing in it', () => {
    for (const key of ['', ' ', 'a b', 'a\tb', 'é', 'x'.repeat(256)]) {
      expect(() => optionalIdempotencyKey(key)).toThrow(/Idempotency-Key/);
    }
    expect(optionalIdempotencyKey(undefined)).toBeUndefined();
  });

  it('a misspelt field: ignoring it could take the stream from another device', () => {
    expect(() => requireBody('{"previousConnectionID":"x"}', ['previousConnectionId'])).toThrow(
      /previousConnectionID: is not a field/,
    );
    for (const body of [undefined, '', '{', '[]', '"x"', 'null', '1']) {
      expect(() => requireBody(body, [])).toThrow(/^body: /);
    }
  });

  it('text that is not well-formed Unicode, wherever it stands: two offers would otherwise hash alike', () => {
    const torn = (sdp: string) => JSON.stringify({ type: 'offer', sdp: `v=0\n${sdp}` });
    // As escapes within the offer's own JSON, and as the characters themselves.
    for (const value of [torn('\ud800'), torn('x').replace('x', '\udfff')]) {
      expect(() => requireSignalRequest(value, 65_536)).toThrow(/signalRequest: .+ not well-formed Unicode/);
    }
    const fields = ['signalRequest', 'additionalLaunchArgs', 'previousConnectionId'];
    for (const body of [
      '{"signalRequest":"\\ud800"}',
      '{"additionalLaunchArgs":["-a","-b \\udc00"]}',
      '{"previousConnectionId":"c\ud800"}',
    ]) {
      expect(() => requireBody(body, fields)).toThrow(/^\w+: .+ not well-formed Unicode/);
    }
    expect(requireBody('{"signalRequest":"\\ud83d\\ude00"}', fields)).toEqual({ signalRequest: '😀' });
  });

  it('but not empty lists, as AWS’s own sample sends them: they say nothing, also where arguments are not allowed', () => {
    expect(launchArgumentsOf([], false)).toBeUndefined();
    expect(locationsOf([], group)).toEqual(locationsOf(undefined, group));
    expect(() => launchArgumentsOf([1], true)).toThrow(/additionalLaunchArgs/);
  });

  it('a connection id that no answer ever carried', () => {
    for (const id of ['', 7, {}, 'a b'])
      expect(() => optionalConnectionId(id)).toThrow(/previousConnectionId/);
  });

  it('a silence that is not whole milliseconds from 0 to an hour', () => {
    for (const value of [
      -1,
      3_600_001,
      0.5,
      '1900',
      null,
      true,
      [1900],
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]) {
      expect(() => optionalSilentMs(value), String(value)).toThrow(/^silentMs: must be whole milliseconds/);
    }
    expect([undefined, 0, 1900, 3_600_000].map(optionalSilentMs)).toEqual([undefined, 0, 1900, 3_600_000]);
  });

  it('a field that this version does not know yet, by its name: a newer page then asks without it', () => {
    const body = JSON.stringify({ signalRequest: offer, previousConnectionId: 'c-1', silentMs: 1900 });
    const before = ['signalRequest', 'previousConnectionId'];
    const refused = (fields: readonly string[]) => {
      try {
        requireBody(body, fields);
      } catch (problem) {
        return refusalOf(400, null, problemBody(problem as Problem, 'r-1', PROBLEMS.invalid_request));
      }
      return undefined;
    };
    expect(refused(before)).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringMatching(/^silentMs: is not a field of this request/),
    });
    expect(refused([...before, 'silentMs'])).toBeUndefined();
  });

  it('an application, a location or launch arguments that the settings do not allow', () => {
    expect(() => applicationOf('a-3', group, false)).toThrow(/applicationIdentifier/);
    expect(() => applicationOf(undefined, group, false)).toThrow(/applicationIdentifier/);
    expect(() => locationsOf(['mars'], group)).toThrow(/locations/);
    expect(() => launchArgumentsOf(['-console'], false)).toThrow(/additionalLaunchArgs/);
    expect(() => launchArgumentsOf([7], true)).toThrow(/additionalLaunchArgs/);
  });
});

it('what is accepted is passed on byte for byte', () => {
  fc.assert(
    fc.property(fc.string(), (rest) => {
      const text = `{ "type":"offer",  "sdp":${JSON.stringify(`v=0\n${rest}`)}}`;
      expect(requireSignalRequest(text, 1_000_000)).toBe(text);
    }),
  );
  expect(requireSignalRequest(offer, 65_536)).toBe(offer);
  expect(applicationOf(undefined, { ...group, applications: ['a-1'] }, false)).toBe('a-1');
  expect(locationsOf(['us-east-1'], group)).toEqual(['us-east-1']);
  expect(launchArgumentsOf(['-x'], true)).toEqual(['-x']);
});

it('a pause of new sessions is whole seconds up to a day, and 0 ends it', () => {
  expect([0, 1, 86_400].map(requireBrakeSeconds)).toEqual([0, 1, 86_400]);
  for (const value of [-1, 86_401, 0.5, '60', null, undefined, Number.NaN]) {
    expect(() => requireBrakeSeconds(value), String(value)).toThrow(
      /^seconds: must be a whole number from 0 to 86400/,
    );
  }
});

it('only what can be an id goes into the log', () => {
  expect(plainId('abc-1')).toBe('abc-1');
  expect(plainId('x'.repeat(128))).toBe('x'.repeat(128));
  for (const id of [undefined, '', 'x'.repeat(129), 'a b', 'a/b', 'a\n', 'ä'])
    expect(plainId(id)).toBeUndefined();
});

describe('a refusal of what a caller sends', () => {
  const complaint = (work: () => unknown) => {
    try {
      return work();
    } catch (problem) {
      return (problem as Problem).message;
    }
  };

  it.each<[field: string, sends: () => unknown]>([
    ['streamGroupId', () => requireStreamGroup('sg-2', [group])],
    ['streamGroupId', () => requireStreamGroup('../sg-1', [group])],
    ['streamGroupId', () => requireStreamGroup(undefined, [group])],
    ['streamSessionId', () => requireStreamSessionId('a/b')],
    ['Idempotency-Key', () => optionalIdempotencyKey('a b')],
    ['previousConnectionId', () => optionalConnectionId(7)],
    ['previousConnectionId', () => optionalConnectionId('a b')],
    ['silentMs', () => optionalSilentMs(-1)],
    ['seconds', () => requireBrakeSeconds(0.5)],
    ['signalRequest', () => requireSignalRequest('', 100)],
    ['body', () => requireBody(undefined, [])],
    ['body', () => requireBody('[]', [])],
  ])('names the field %s and what it must be: its developer reads nothing else', (field, sends) => {
    expect(complaint(sends)).toMatch(new RegExp(`^${field}: (must|is) .+`));
  });

  it('tells a malformed stream group id from one that this API does not have', () => {
    expect(complaint(() => requireStreamGroup('../sg-1', [{ id: '../sg-1' }]))).toContain('1 to 32 letters');
    expect(complaint(() => requireStreamGroup('sg-2', [group]))).toContain('of this API');
  });

  it('tells an empty offer what to send, before it is read as JSON', () => {
    expect(complaint(() => requireSignalRequest('', 100))).toContain('generateSignalRequest()');
  });
});

describe('what a caller may leave out', () => {
  it('is absent, and no empty value', () => {
    expect(optionalIdempotencyKey(undefined)).toBeUndefined();
    expect(optionalConnectionId(undefined)).toBeUndefined();
    expect(optionalConnectionId(null)).toBeUndefined();
    expect(optionalSilentMs(undefined)).toBeUndefined();
    expect(plainId(undefined)).toBeUndefined();
  });

  it('is passed on as it is where it is right', () => {
    expect(optionalIdempotencyKey('key-1')).toBe('key-1');
    expect(optionalConnectionId('AbC_-123')).toBe('AbC_-123');
    expect(optionalSilentMs(0)).toBe(0);
    expect(plainId('s-1')).toBe('s-1');
    expect(plainId('a/b')).toBeUndefined();
    expect(requireStreamGroup('sg-1', [{ id: 'sg-0' }, group])).toBe(group);
  });
});
