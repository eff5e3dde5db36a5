/** The access logs of a local deployment, and the probe, whose requests only the access log sees. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionModel, testPool } from '../local/functions/support.ts';
import { type Deployed, deploy } from './harness.ts';
import { operatorOf } from './operator.ts';

let deployed: Deployed;
const progress: string[] = [];
beforeAll(async () => {
  deployed = await deploy({ settings: { probe: true }, onProgress: (line) => progress.push(line) });
});
afterAll(() => deployed.close());

const linesOf = (log: 'player-access' | 'operator-access'): Record<string, string>[] =>
  readFileSync(join(deployed.directory, 'logs', `${log}.log`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The line of one request, which is written a moment after its response. */
async function lineOf(log: Parameters<typeof linesOf>[0], requestId: string | null) {
  await expect.poll(() => linesOf(log).map((line) => line.requestId)).toContain(requestId);
  return linesOf(log).find((line) => line.requestId === requestId);
}

it("a request that a function refuses has Lambda's 200 and the function's status in its line", async () => {
  const player = await deployed.player();
  const { status, headers } = await player.reconnect('no-such-session');
  expect(status).toBe(404);
  expect(await lineOf('player-access', headers.get('apigw-requestid'))).toMatchObject({
    status: '404',
    integrationStatus: '200',
    functionStatus: '404',
    error: '-',
    routeKey: 'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections',
  });
});

it("an operator's request has its caller in the line, and not the player id of its query", async () => {
  const { status, headers } = await operatorOf(deployed).sessionsByQuery('a/secret');
  expect(status).toBe(200);
  const line = await lineOf('operator-access', headers.get('apigw-requestid'));
  expect(line).toMatchObject({
    operator: expect.stringMatching(/:user\/operator$/),
    routeKey: 'GET /v1/streamsessions',
    functionStatus: '200',
  });
  expect(JSON.stringify(line)).not.toContain('secret');
});

it('the probe does not run here, and the start says so', () => {
  const fn = probeOf(deployed);
  expect(progress).toContain(
    `${fn?.logicalId} does not run here: no route uses it, and there is no public address to check`,
  );
});

it("the probe's deployed bundle is content with the API, which logs a 401 that no function saw", async () => {
  const fn = probeOf(deployed);
  expect(fn?.environment.API_URL).toMatch(/^https:\/\/\w{10}\.execute-api\./);
  const environment = { ...fn?.environment, API_URL: deployed.endpoints.api };
  const pool = testPool(functionModel('', { assetDirectory: fn?.assetDirectory ?? '', environment }));
  expect(await pool.invoke('Fn', {})).toMatchObject({ ok: true });
  await expect
    .poll(() => linesOf('player-access'))
    .toContainEqual(
      expect.objectContaining({
        routeKey: 'GET /v1/streamsessions',
        status: '401',
        integrationStatus: '-',
        functionStatus: '-',
      }),
    );
});

const probeOf = ({ stacks }: Deployed) =>
  stacks.flatMap(({ functions }) => functions).find(({ logicalId }) => logicalId.startsWith('RejoinProbe'));
