import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runQuery } from '../../../operator/aws/insights.ts';
import { failureReason } from '../../../operator/aws/signed-fetch.ts';
import { jsonError } from '../stand-in-answers.ts';
import { type FakeApi, KEY, REGION, startFake } from '../support.ts';

let logs: FakeApi;
beforeEach(async () => {
  logs = await startFake('logs');
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', logs.url);
  return () => vi.unstubAllEnvs();
});
afterEach(() => logs.close());

const signer = { region: REGION, credentials: KEY };
const QUERY = {
  logGroups: ['a', 'b'],
  query: 'fields @message',
  from: 1_700_000_000_500,
  to: 1_700_000_060_500,
  maxBytes: 1000,
  limitMs: 60_000,
};
const started = { status: 200, body: { queryId: 'q-1' } };
const results = (status: string, bytesScanned: number, line = 'found') => ({
  status: 200,
  body: {
    status,
    results: [[{ field: '@message', value: line }, { field: '@ptr' }]],
    statistics: { bytesScanned, recordsScanned: 7, recordsMatched: 1 },
  },
});
const sleeps: number[] = [];
const run = (changes: Partial<typeof QUERY> = {}) =>
  runQuery(signer, { ...QUERY, ...changes }, async (milliseconds) => void sleeps.push(milliseconds));
const actions = () => logs.requests.map(({ headers }) => String(headers['x-amz-target']).split('.').at(-1));
beforeEach(() => {
  sleeps.length = 0;
});

describe('a query of Logs Insights', () => {
  it('is started for whole seconds around the span, and read until it is complete', async () => {
    logs.answer(started, results('Scheduled', 0), results('Running', 10), results('Complete', 20));
    expect(await run()).toEqual({ rows: [{ '@message': 'found' }], bytes: 20, records: 7 });
    expect(JSON.parse(logs.requests[0]?.body ?? '')).toEqual({
      logGroupNames: ['a', 'b'],
      queryString: 'fields @message',
      startTime: 1_700_000_000,
      endTime: 1_700_000_061,
    });
    expect(actions()).toEqual(['StartQuery', ...Array(3).fill('GetQueryResults')]);
    expect(sleeps).toHaveLength(2);
  });

  it('is stopped when it has scanned more than it may, and what it found by then counts', async () => {
    const stopped = { status: 200, body: { success: true } };
    logs.answer(
      started,
      results('Running', 900),
      results('Running', 1001),
      stopped,
      results('Cancelled', 1100),
    );
    expect(await run()).toEqual({
      rows: [{ '@message': 'found' }],
      bytes: 1100,
      records: 7,
      cutShort: 'bytes',
    });
    expect(actions()).toEqual([
      ...['StartQuery', 'GetQueryResults', 'GetQueryResults'],
      ...['StopQuery', 'GetQueryResults'],
    ]);
  });

  it('is stopped when it takes too long, also if AWS says that it has ended meanwhile', async () => {
    const ended = jsonError(400, 'InvalidParameterException', 'Query is already complete');
    logs.answer(started, results('Running', 1), results('Running', 1), ended, results('Complete', 5));
    expect(await run({ limitMs: 500 })).toMatchObject({ bytes: 5, cutShort: 'time' });
  });

  it.each(['Failed', 'Timeout', 'Cancelled'])(
    'that ends as %s is a failure, never an empty case',
    async (status) => {
      logs.answer(started, results(status, 1));
      expect(await run().then(() => 'it worked', failureReason)).toBe(`the query ended as ${status}`);
    },
  );

  it('that AWS denies fails with the sentence of AWS', async () => {
    logs.answer(jsonError(400, 'AccessDeniedException', 'User ann may not logs:StartQuery'));
    await expect(run()).rejects.toMatchObject({ exitCode: 3, message: 'User ann may not logs:StartQuery' });
  });
});
