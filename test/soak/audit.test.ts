import { beforeEach, describe, expect, test } from 'vitest';
import { type Audited, auditAtEnd, auditSoFar } from './audit.ts';
import { createAwsRecord } from './aws-record.ts';
import type { EmulatorSession } from './emulator.ts';
import { createTally } from './tally.ts';
import { createViolations } from './violations.ts';

let sessions: EmulatorSession[];
let calls: object[];
let asked: string[];
let audited: Audited;

beforeEach(() => {
  sessions = [];
  calls = [];
  asked = [];
  const violations = createViolations();
  audited = {
    control: async (_method, path) => (path === 'calls' ? calls : sessions),
    aws: createAwsRecord(violations),
    tally: createTally(violations),
    violations,
    playerOf: (userId) => ({ 'user 1': 1, 'user 2': 2 })[userId],
    askedToEnd: (session) => asked.includes(session),
  };
});

const session = (changes: Partial<EmulatorSession> = {}): EmulatorSession => ({
  id: 's1',
  status: 'CONNECTED',
  statusReason: null,
  userId: 'user 1',
  connections: 1,
  ...changes,
});
const found = () => Object.keys(audited.violations.all());

describe('a session', () => {
  test('that lives, or that its player ended, breaks no promise', async () => {
    asked = ['s2'];
    sessions = [session(), session({ id: 's2', status: 'TERMINATED', statusReason: 'apiTerminated' })];
    await auditAtEnd(audited);
    expect(found()).toEqual([]);
  });

  test('that AWS ended by the API and whose player did not ask for it is reported', async () => {
    sessions = [session({ status: 'TERMINATED', statusReason: 'apiTerminated' })];
    await auditAtEnd(audited);
    expect(found()).toEqual(['ended unasked']);
  });

  test('that AWS ended for a reason of its own breaks no promise', async () => {
    sessions = [session({ status: 'TERMINATED', statusReason: 'idleTimeout' })];
    await auditAtEnd(audited);
    expect(found()).toEqual([]);
  });

  test('with more connections than AWS accepted offers is reported', async () => {
    sessions = [session({ connections: 2 })];
    await auditAtEnd(audited);
    expect(found()).toEqual(['double connection']);
  });

  test('of another player in an answer is reported as soon as AWS says whose it is', async () => {
    const told = { streamSessionId: 's1', status: 'CONNECTED' };
    const answer = { status: 200, headers: new Headers(), text: 'x', json: { streamSessions: [told] } };
    audited.tally.answered({ route: 'sessions', player: 2 }, answer);
    sessions = [session()];
    await auditSoFar(audited);
    expect(found()).toContain('foreign read');
  });
});

test('two accepted calls whose answers nobody saw are found in AWS’s record of calls', async () => {
  const call = { operation: 'CreateStreamSessionConnection', session: 's1', offer: 'offer' } as const;
  for (const clientToken of ['token 1', 'token 2']) {
    audited.aws.sent({ ...call, clientToken });
    calls.push({ operation: call.operation, clientToken, status: 200 });
  }
  await auditSoFar(audited);
  expect(found()).toEqual(['double connection']);
});
