import { beforeEach, describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../contract/problems.ts';
import type { Answer, PlayerRequest } from './request.ts';
import { createTally } from './tally.ts';
import { createViolations, type Promised, type Violations } from './violations.ts';

const session = (streamSessionId: string) => ({
  streamGroupId: 'sg-soak',
  streamSessionId,
  status: 'CONNECTED',
  createdAt: '2026-11-27T12:00:00.000Z',
  connectionTimeoutSeconds: 120,
});
const answer = (status: number, json?: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: new Headers({ 'content-type': 'application/json', ...headers }),
  text: json === undefined ? '' : JSON.stringify(json),
  json: json as Answer['json'],
});
const granted = (id: string, connectionId = 'connection-0123456789ab') =>
  answer(201, { signalResponse: 'answer', connectionId, streamSession: session(id) });
const refused = (code: ProblemCode) =>
  answer(
    PROBLEMS[code].status,
    {
      type: `urn:rejoin:problem:${code}`,
      title: 'A title',
      status: PROBLEMS[code].status,
      detail: 'A detail.',
      code,
      retry: PROBLEMS[code].retry,
      requestId: 'request-1',
      retryAfterMs: 1000,
    },
    { 'content-type': 'application/problem+json', 'retry-after': '1' },
  );

const reconnect: PlayerRequest = { route: 'reconnect', player: 1, session: 's1', offer: 'offer', key: 'key' };
const foreign: PlayerRequest = { route: 'status', player: 2, session: 's1', foreign: true };

let violations: Violations;
let tally: ReturnType<typeof createTally>;
beforeEach(() => {
  violations = createViolations();
  tally = createTally(violations);
  tally.owned('s1', 1);
  tally.owned('s2', 2);
});
const broken = () =>
  Object.fromEntries(
    Object.entries(violations.all()).map(([promise, { times }]) => [promise, times]),
  ) as Partial<Record<Promised, number>>;

describe('a soak counts', () => {
  test('requests, answers by code, and requests without an answer', () => {
    tally.answered(reconnect, granted('s1'));
    tally.answered({ ...reconnect, key: 'key 2' }, refused('connection_in_progress'));
    tally.lost(reconnect);
    expect(tally.counts()).toMatchObject({
      requests: 3,
      lost: 1,
      answers: { 201: 1, '409 connection_in_progress': 1 },
    });
    expect(broken()).toEqual({});
  });

  test('an answer that is repeated with the same bytes as repeated', () => {
    for (let times = 0; times < 3; times++) tally.answered(reconnect, granted('s1'));
    expect(tally.counts().repeated).toBe(2);
    expect(broken()).toEqual({});
  });

  test('the answer to another key or another offer as another answer', () => {
    tally.answered(reconnect, granted('s1'));
    tally.answered({ ...reconnect, key: 'key 2' }, granted('s1', 'connection-2222222222'));
    tally.answered({ ...reconnect, offer: 'offer 2' }, granted('s1', 'connection-3333333333'));
    expect(tally.counts().repeated).toBe(0);
    expect(broken()).toEqual({});
  });
});

describe('a soak reports', () => {
  test('a repeated answer that differs', () => {
    tally.answered(reconnect, granted('s1'));
    tally.answered(reconnect, granted('s1', 'connection-ba9876543210'));
    expect(broken()).toEqual({ 'differing repeat': 1 });
  });

  test.each([200, 204] as const)('a %i for another player’s session', (status) => {
    const body = status === 200 ? { streamSession: session('s9') } : undefined;
    tally.answered({ ...foreign, route: status === 200 ? 'status' : 'terminate' }, answer(status, body));
    expect(broken()).toEqual({ 'foreign read': 1 });
  });

  test('a refusal that tells of another player’s session more than that it is unknown', () => {
    tally.answered({ ...foreign, route: 'reconnect', offer: 'o' }, refused('stream_session_ended'));
    expect(broken()).toEqual({ 'foreign read': 1 });
  });

  test('another player’s session in a list of one’s own', () => {
    tally.answered(
      { route: 'sessions', player: 2 },
      answer(200, { streamSessions: [session('s2'), session('s1')] }),
    );
    expect(broken()).toEqual({ 'foreign read': 1 });
  });

  test('another player’s session also if it turns out later whose it is', () => {
    tally.answered({ route: 'sessions', player: 2 }, answer(200, { streamSessions: [session('s3')] }));
    tally.settle();
    expect(broken()).toEqual({});
    tally.owned('s3', 3);
    tally.settle();
    tally.settle();
    expect(broken()).toEqual({ 'foreign read': 1 });
  });

  test('nothing if another player’s session is refused like an unknown one', () => {
    tally.answered(foreign, refused('stream_session_not_found'));
    expect(broken()).toEqual({});
    expect(tally.counts().foreignRefused).toBe(1);
  });

  test('a player who hears that the own session does not exist', () => {
    tally.answered(reconnect, refused('stream_session_not_found'));
    expect(broken()).toEqual({ 'own session denied': 1 });
  });

  test('a reconnect that leads to another session', () => {
    tally.owned('s4', 1);
    tally.answered(reconnect, granted('s4'));
    expect(broken()).toEqual({ 'wrong session': 1 });
  });

  test('an answer that the OpenAPI document does not tell of', () => {
    tally.answered(reconnect, answer(418, { message: 'I am a teapot' }));
    expect(broken()).toEqual({ 'undocumented answer': 1 });
  });

  test('an answer that calls Rejoin misconfigured', () => {
    tally.answered(reconnect, refused('broker_misconfigured'));
    expect(broken()).toMatchObject({ misconfigured: 1 });
  });
});
