/** What a hostile page or principal can put into a request, given to the bundled functions: who would be harmed stands in each title. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundledRoutes, type Route, type SandboxCode } from '../../campaign/bundle.ts';
import { functionsInMemory, operatorEvent, playerEvent } from './functions.ts';

let code: Record<Route, SandboxCode>;
let functions: Awaited<ReturnType<typeof functionsInMemory>>;
beforeAll(async () => {
  code = await bundledRoutes();
});
beforeEach(async () => {
  functions = await functionsInMemory(code);
});

const offer = (name: string) =>
  JSON.stringify({ type: 'offer', sdp: `v=0\r\no=- ${name} 1 IN IP4 127.0.0.1\r\n` });
const start = (sub: string, name = sub) =>
  functions.ask('start', playerEvent(sub, { body: JSON.stringify({ signalRequest: offer(name) }) }));
const REASON = '"reason":"a player complains"';

/** A body for each route that reads one, with something at the place of `HERE`. */
const PLAYER_BODIES: readonly [Route, string][] = [
  ['start', '{"signalRequest":HERE}'],
  ['start', '{"signalRequest":"x","locations":HERE}'],
  ['reconnect', '{"signalRequest":HERE}'],
  ['reconnect', '{"signalRequest":"x","previousConnectionId":HERE}'],
  ['recoveries', '{"outcome":HERE,"why":"silence","silentMs":1,"attempts":1,"agoMs":1}'],
];
const OPERATOR_BODIES: readonly [Route, string][] = [
  ['operator-shell', '{"reason":HERE}'],
  ['operator-forget', '{"reason":HERE}'],
  ['operator-brake', '{"seconds":60,"reason":HERE}'],
];
const BODIES = [...PLAYER_BODIES, ...OPERATOR_BODIES];
const eventFor = (route: Route, changes: object) =>
  route.startsWith('operator-') ? operatorEvent(changes) : playerEvent('alice', changes);
const refusedWithoutEffect = { status: 400, json: { code: 'invalid_request', retry: 'never' }, calls: [] };

describe('a request with bytes or JSON that no page sends is refused, and harms nobody who comes after it', () => {
  it.each(BODIES)('%s: bytes that are not UTF-8 in %s', async (route, body) => {
    const [before, after] = body.split('HERE') as [string, string];
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const all = Buffer.concat([Buffer.from(`${before}"`), Buffer.from(bytes), Buffer.from(`"${after}`)]);
      const event = eventFor(route, { body: all.toString('base64'), isBase64Encoded: true });
      expect(await functions.ask(route, event)).toMatchObject({
        ...refusedWithoutEffect,
        json: { code: 'invalid_request', detail: 'body: is not UTF-8' },
      });
    }
  });

  it.each(BODIES)('%s: JSON nested 100,000 deep in %s', async (route, body) => {
    const deep = 100_000;
    const nested = [
      '['.repeat(deep) + ']'.repeat(deep),
      `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
      // It never ends.
      '['.repeat(deep),
    ];
    for (const value of nested) {
      const event = eventFor(route, { body: body.replace('HERE', value) });
      expect(await functions.ask(route, event)).toMatchObject(refusedWithoutEffect);
      expect(await functions.ask(route, eventFor(route, { body: value }))).toMatchObject(
        refusedWithoutEffect,
      );
    }
    // The same sandbox answers the next player.
    expect(
      (
        await functions.ask(
          'start',
          playerEvent('bob', { body: JSON.stringify({ signalRequest: offer('bob') }) }),
        )
      ).status,
    ).toBe(201);
  });

  it.each(BODIES)('%s: a key of Object.prototype instead of a field in %s', async (route, body) => {
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const fields = body.replace('HERE', '"x"').slice(1, -1);
      for (const hostile of [
        `{${JSON.stringify(key)}:{${fields}}}`,
        `{${fields},${JSON.stringify(key)}:{"polluted":1}}`,
      ]) {
        const answer = await functions.ask(route, eventFor(route, { body: hostile }));
        expect(answer).toMatchObject(refusedWithoutEffect);
        expect(answer.json.detail).toMatch(new RegExp(`^${key}: is not a field`));
      }
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a field that stands twice counts once, so that the offer which is kept is the one that AWS got', () => {
  it('a start with two offers is the start with the last one', async () => {
    const twice = `{"signalRequest":${JSON.stringify(offer('first'))},"signalRequest":${JSON.stringify(offer('last'))}}`;
    const { status, json } = await functions.ask('start', playerEvent('alice', { body: twice }));
    expect(status).toBe(201);
    expect([...functions.aws.sessions.values()].map(({ accepted }) => accepted[0]?.offer)).toEqual([
      offer('last'),
    ]);
    // The repetition without the first offer is the same request.
    expect(await start('alice', 'last')).toMatchObject({ status: 201, json });
    expect(functions.aws.sessions.size).toBe(1);
  });

  it.each(['{"seconds":0,"seconds":60,', '{"seconds":3600,"seconds":60,'])(
    'an operator who writes %s pauses new sessions for 60 seconds, and that is what the record says',
    async (begin) => {
      const event = operatorEvent({ body: `${begin}${REASON}}` });
      const { json } = await functions.ask('operator-brake', event);
      const { setAt, until } = json.starts as { setAt: string; until: string };
      expect(Date.parse(until) - Date.parse(setAt)).toBe(60_000);
      expect(functions.table.items('audit').map(({ item }) => item.seconds)).toEqual([60]);
    },
  );
});

/** Ids that look like `session-1` or like nothing at all. */
const LOOKALIKES: readonly [string, string][] = [
  ['a letter with its accent in one', 's\u00e9ssion-1'],
  ['a letter and its accent', 'se\u0301ssion-1'],
  ['wide letters', '\uff53ession-1'],
  ['a letter of another alphabet', 's\u0435ssion-1'],
  ['a space without width', 'session-1\u200b'],
  ['a mark that turns text around', '\u202esession-1'],
  ['half of a character', 'session-1\ud800'],
  ['a null byte', 'session-1\0'],
  ['a line break', 'session-1\n'],
  ['an encoded null byte', 'session-1%00'],
  ['an encoded slash', 'x%2Fsession-1'],
  ['a slash', 'x/session-1'],
  ['a doubly encoded slash', 'x%252Fsession-1'],
  ['dots', '../session-1'],
  ['nothing but dots', '..'],
  ['encoded dots', '%2e%2e%2fsession-1'],
  ['a backslash', '..\\session-1'],
  ['a key of Object.prototype', '__proto__'],
  ['the separator of the table’s keys', 'sg-1#session-1'],
  ['nothing', ''],
];
const WITH_SESSION: readonly Route[] = [
  'status',
  'reconnect',
  'terminate',
  'recoveries',
  'operator-terminate',
  'operator-shell',
];
const bodyOf = (route: Route) =>
  route === 'recoveries'
    ? '{"outcome":"healed","why":"silence","silentMs":1,"attempts":1,"agoMs":1}'
    : route.startsWith('operator-')
      ? `{${REASON}}`
      : JSON.stringify({ signalRequest: offer('x') });

describe('an id that only looks like one reaches neither AWS nor the table, where it could name the session of another player', () => {
  it.each(LOOKALIKES)('%s: %j', async (_, id) => {
    await start('alice');
    for (const route of WITH_SESSION) {
      for (const pathParameters of [
        { streamGroupId: 'sg-1', streamSessionId: id },
        { streamGroupId: id, streamSessionId: 'session-1' },
      ]) {
        const event = eventFor(route, { pathParameters, body: bodyOf(route) });
        expect([route, await functions.ask(route, event)]).toMatchObject([route, refusedWithoutEffect]);
      }
    }
  });

  it.each(LOOKALIKES.filter(([, id]) => !/^(__proto__|x\/session-1)$/.test(id)))(
    'an operator names no player by %s: %j',
    async (_, playerId) => {
      for (const route of ['operator-sessions', 'operator-forget'] as const) {
        const named = [
          { pathParameters: { playerId } },
          { pathParameters: {}, rawQueryString: `playerId=${encodeURIComponent(playerId.toWellFormed())}` },
          { pathParameters: {}, rawQueryString: 'playerId=alice&playerId=bob' },
        ];
        for (const changes of named) {
          const event = operatorEvent({ ...changes, body: `{${REASON}}` });
          expect(await functions.ask(route, event)).toMatchObject(refusedWithoutEffect);
        }
      }
    },
  );

  it('a session called constructor is one that nobody has: nothing is inherited', async () => {
    const pathParameters = { streamGroupId: 'sg-1', streamSessionId: 'constructor' };
    const answer = await functions.ask('status', playerEvent('alice', { pathParameters }));
    expect(answer).toMatchObject({ status: 404, json: { code: 'stream_session_not_found' } });
    const group = { streamGroupId: 'constructor', streamSessionId: 'session-1' };
    expect(await functions.ask('status', playerEvent('alice', { pathParameters: group }))).toMatchObject(
      refusedWithoutEffect,
    );
  });
});

describe('an Idempotency-Key', () => {
  const withKey = (sub: string, key: string, name: string) =>
    functions.ask(
      'start',
      playerEvent(sub, {
        headers: {
          authorization: `Bearer h.${Buffer.from(JSON.stringify({ iss: 'https://login.example.com/', sub })).toString('base64url')}.s`,
          'idempotency-key': key,
        },
        body: JSON.stringify({ signalRequest: offer(name) }),
      }),
    );

  it.each(['__proto__', 'constructor', 'a,b', '%2F%00', '../..'])(
    '%s is a key like any other: the same request is answered again, and another player’s is another request',
    async (key) => {
      const first = await withKey('alice', key, 'a');
      expect(first.status).toBe(201);
      expect(await withKey('alice', key, 'a')).toMatchObject({ status: 201, json: first.json });
      const other = await withKey('bob', key, 'a');
      expect(other.status).toBe(201);
      expect(other.json).not.toEqual(first.json);
      expect(functions.aws.sessions.size).toBe(2);
    },
  );

  it.each(['k\u00e9y', 'ke\u0301y', 'key\u200b', '\u202ekey', 'key\ud800', 'key\0', 'a b'])(
    '%j is refused: two such keys could look alike to a proxy, and an answer would go to the wrong request',
    async (key) => {
      expect(await withKey('alice', key, 'a')).toMatchObject(refusedWithoutEffect);
    },
  );
});

describe('two accounts that only look alike are two players, and neither gets the session of the other', () => {
  it.each<[string, [string, string?], [string, string?]]>([
    ['an accent written in two ways', ['Ren\u00e9'], ['Rene\u0301']],
    ['wide and narrow letters', ['alice'], ['\uff41lice']],
    ['a space without width', ['alice'], ['alice\u200b']],
    ['large and small letters', ['alice'], ['Alice']],
    ['a subject of the same name at another issuer', ['alice'], ['alice', 'https://evil.example/']],
    ['an issuer without its slash', ['alice'], ['alice', 'https://login.example.com']],
    [
      'a subject that begins where the issuer ends',
      ['alice', 'https://login.example.com/'],
      ['/alice', 'https://login.example.com'],
    ],
    ['a key of Object.prototype', ['constructor'], ['__proto__']],
  ])('%s', async (_, [sub, iss], [otherSub, otherIss]) => {
    const body = JSON.stringify({ signalRequest: offer('a') });
    const started = await functions.ask('start', playerEvent(sub, { body }, iss));
    expect(started.status).toBe(201);
    await functions.pass(5000);
    for (const route of ['status', 'reconnect', 'terminate'] as const) {
      // Sessions that the table does not know are looked up at AWS only so often.
      await functions.pass(5000);
      const event = playerEvent(otherSub, { body: JSON.stringify({ signalRequest: offer('b') }) }, otherIss);
      expect([route, await functions.ask(route, event)]).toMatchObject([route, { status: 404 }]);
    }
    const list = await functions.ask('sessions', playerEvent(otherSub, {}, otherIss));
    expect(list.json).toEqual({ streamSessions: [] });
    // Its owner still has it.
    expect((await functions.ask('status', playerEvent(sub, {}, iss))).status).toBe(200);
  });

  it('a subject with half of a character is nobody: written as UTF-8 it would be another player', async () => {
    for (const sub of ['a\ud800', 'a\udfff']) {
      expect(await functions.ask('sessions', playerEvent(sub))).toMatchObject(refusedWithoutEffect);
    }
  });
});

describe('a principal that IAM lets in but no setting lists reaches no player', () => {
  it.each([
    ['another role', { userArn: 'arn:aws:sts::123456789012:assumed-role/Admin/alice' }],
    [
      'a role whose name looks like a listed one',
      { userArn: 'arn:aws:sts::123456789012:assumed-role/Supp\u043ert/alice' },
    ],
    ['a listed role of another account', { userArn: 'arn:aws:sts::999999999999:assumed-role/Support/alice' }],
    ['a list that holds a listed one', { userArn: ['arn:aws:sts::123456789012:assumed-role/Support/alice'] }],
    ['nobody', undefined],
  ])('%s', async (_, iam) => {
    await start('alice');
    const { item } = functions.table
      .items('sessions')
      .find((row) => String(row.item.sk).startsWith('SESSION#')) ?? { item: { pk: '' } };
    const pathParameters = { streamGroupId: 'sg-1', streamSessionId: 'session-1', playerId: item.pk };
    const requestContext = {
      requestId: 'r',
      authorizer: { iam },
      http: { sourceIp: '192.0.2.1', userAgent: 'x' },
    };
    const routes = Object.keys(code).filter((route) => route.startsWith('operator-')) as Route[];
    expect(routes.length).toBeGreaterThan(5);
    for (const route of routes) {
      const body = route === 'operator-brake' ? `{"seconds":60,${REASON}}` : `{${REASON}}`;
      const answer = await functions.ask(route, operatorEvent({ requestContext, pathParameters, body }));
      expect([route, answer]).toMatchObject([
        route,
        { status: 403, json: { code: 'not_an_operator' }, calls: [] },
      ]);
    }
  });
});
