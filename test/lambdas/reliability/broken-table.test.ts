import { randomUUID } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoTable, type Table } from '../../../lambdas/dynamodb/table.ts';
import { tableAudit } from '../../../lambdas/operators/audit.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';
import {
  admissionQueueOver,
  code,
  type FakeAws,
  ownSession,
  realTable,
  reconnectWith,
  refusal,
  startRequest,
} from '../broker.ts';
import { startWith } from '../start-broker.ts';

let real: Awaited<ReturnType<typeof realTable>>;
let proxy: Server;
let proxied: Table;
/** Whether a failed condition returns the item. */
let returnsItem = true;
/** Says of a request's body whether its answer is lost on the way back, after it took effect. */
let losesAnswer: (body: string) => boolean = () => false;

beforeAll(async () => {
  real = await realTable(() => returnsItem);
  const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
  proxy = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const lost = losesAnswer(body.toString());
    const { method, url, headers } = request;
    const forwarded = httpRequest({ hostname, port, method, path: url, headers }, async (answer) => {
      const text = Buffer.concat(await answer.toArray());
      if (lost) return request.socket.destroy();
      response.writeHead(answer.statusCode ?? 500, answer.headers).end(text);
    });
    forwarded.end(body);
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  proxied = dynamoTable('sessions', HANGS_AFTER_MS);
  // The client reads its endpoint with its first request.
  await proxied.get({ pk: 'a', sk: 'b' });
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await real.close();
});
beforeEach(() => {
  losesAnswer = () => false;
  returnsItem = true;
});

/** Loses the answer to the first request that holds a text. */
function loseOnce(text: string): () => number {
  let lost = 0;
  losesAnswer = (body) => body.includes(text) && lost++ === 0;
  return () => lost;
}

const answering = (): FakeAws => ({ connect: async () => 'answer', seen: undefined, tokens: [] });

describe.each([
  ['which brings the item that it failed on', true],
  ['which brings no item', false],
])('a write whose answer is lost, repeated by the SDK, %s', (_, brings) => {
  beforeEach(() => {
    returnsItem = brings;
  });

  it('takes the lease: the function goes on under its own lease', async () => {
    const aws = answering();
    const { deps } = reconnectWith(proxied, aws);
    const asked = await ownSession(deps);
    const lost = loseOnce('if_not_exists(#lease');
    expect(await code(reconnect(asked, deps))).toBe('none');
    expect([lost() > 0, aws.tokens.length]).toEqual([true, 1]);
  });

  it('stores the answer: the player gets it, and gets it again', async () => {
    const { deps } = reconnectWith(proxied, answering());
    const asked = await ownSession(deps);
    const lost = loseOnce('#lease[0].#id = :leaseId');
    const { body } = await reconnect(asked, deps);
    expect(await reconnect(asked, deps)).toEqual({ body, replayed: true });
    expect(lost()).toBeGreaterThan(0);
  });

  it("records an operator's use: it is recorded, once, and the credentials may leave", async () => {
    const call = {
      operator: 'o',
      accessKeyId: 'a',
      entry: 'e',
      sourceIp: '192.0.2.1',
      userAgent: '',
      requestId: randomUUID(),
    };
    const use = {
      action: 'adminShell',
      call,
      streamGroupId: 'sg-1',
      streamSessionId: randomUUID(),
      at: 0,
    } as const;
    const lost = loseOnce(call.requestId);
    await tableAudit(proxied).write({ ...use, reason: 'Ticket 4711', outcome: 'opened' });
    expect(lost()).toBeGreaterThan(0);
    expect(await real.table.query(`sg-1/${use.streamSessionId}`, '')).toHaveLength(1);
  });

  it('reserves a slot: the start goes on in its own slot', async () => {
    const { asked, depsOver } = starts();
    const lost = loseOnce('"SLOT#0"');
    expect(await code(start(asked, depsOver(proxied)))).toBe('none');
    expect(lost()).toBeGreaterThan(0);
  });
});

type Sabotage = 'fails before' | 'fails after' | 'dies before' | 'dies after';
const SABOTAGES: Sabotage[] = ['fails before', 'fails after', 'dies before', 'dies after'];
const OUTCOMES = ['answer', 'conflict', 'timeout'] as const;

/** A table that fails, or whose function dies, at its operation number `at`, before or after that took effect. */
function sabotaged(table: Table, at: number, how: Sabotage): Table {
  let count = 0;
  const dies = how.startsWith('dies');
  const fail = () => {
    throw dies ? new Error('killed') : new Problem('upstream_unavailable', 'The table failed.');
  };
  const wrap =
    <Args extends unknown[], Result>(operation: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const number = count++;
      if (number > at && dies) fail();
      if (number === at && how.endsWith('before')) fail();
      const result = await operation(...args);
      if (number === at) fail();
      return result;
    };
  return {
    get: wrap(table.get),
    query: wrap(table.query),
    putNew: wrap(table.putNew),
    putOrFind: wrap(table.putOrFind),
    update: wrap(table.update),
    updateOrFind: wrap(table.updateOrFind),
    remove: wrap(table.remove),
  };
}

describe('a reconnect whose table fails or whose function dies, at any step, whatever AWS does', () => {
  const cases = SABOTAGES.flatMap((how) =>
    [0, 1].flatMap((at) => OUTCOMES.map((outcome) => ({ how, at, outcome }))),
  );

  it.each(cases)(
    '$how operation $at, AWS: $outcome: is answered within a lease, and again with the same bytes',
    async ({ how, at, outcome }) => {
      let calm = false;
      const aws: FakeAws = {
        async connect() {
          if (outcome !== 'answer' && !calm) throw refusal(outcome);
          return 'answer';
        },
        seen: { status: 'CONNECTED' },
        tokens: [],
      };
      const { deps, clock } = reconnectWith(real.table, aws);
      const asked = { ...(await ownSession(deps)), previousConnectionId: 'c0' };
      await code(reconnect(asked, { ...deps, sessions: sessionTable(sabotaged(real.table, at, how)) }));

      calm = true;
      clock.now = asked.endsBy + 501;
      const later = { ...asked, endsBy: clock.now + 10_000 };
      const { body } = await reconnect(later, deps);
      expect((await reconnect(later, deps)).body).toBe(body);
      expect(new Set(aws.tokens).size).toBe(1);
      expect(await code(reconnect({ ...later, key: 'k2', signalRequest: 'o2' }, deps))).toBe('none');
    },
  );
});

/** A start, and its dependencies over any table; AWS repeats a session for a client token it knows. */
function starts(outcome: (typeof OUTCOMES)[number] = 'answer') {
  const clock = { now: 1_800_000_000_000 };
  const aws = { calm: false, sessions: new Map<string, string>() };
  const queue = admissionQueueOver(real.table, clock);
  const begins = async (clientToken: string) => {
    if (outcome === 'conflict' && !aws.calm) throw refusal('conflict');
    const id = aws.sessions.get(clientToken) ?? randomUUID();
    aws.sessions.set(clientToken, id);
    if (outcome === 'timeout' && !aws.calm) throw refusal('timeout');
    return id;
  };
  const depsOver = (table: Table) => startWith(table, clock, begins, { admissionQueue: () => queue });
  const asked = startRequest({ signalRequest: 'o1', key: 'k1' });
  return { aws, clock, asked, depsOver };
}

describe('a start whose table fails or whose function dies, at any step, whatever AWS does', () => {
  const cases = SABOTAGES.flatMap((how) =>
    [0, 1, 2, 3, 4].flatMap((at) => OUTCOMES.map((outcome) => ({ how, at, outcome }))),
  );

  it.each(cases)(
    '$how operation $at, AWS: $outcome: the same request, repeated, is one session',
    async ({ how, at, outcome }) => {
      const { aws, clock, asked, depsOver } = starts(outcome);
      await code(start(asked, depsOver(sabotaged(real.table, at, how))));
      aws.calm = true;
      clock.now = asked.endsBy + 501;
      const later = { ...asked, endsBy: clock.now + 15_000 };
      const { body } = await start(later, depsOver(real.table));
      expect((await start(later, depsOver(real.table))).body).toBe(body);
      expect(aws.sessions.size).toBe(1);
      const another = { ...later, key: 'k2', signalRequest: 'o2' };
      expect(await code(start(another, depsOver(real.table)))).toBe('session_limit_reached');
    },
  );
});
