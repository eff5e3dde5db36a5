/** A process of a soak: the local deployment. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalDeployment, startDeployment } from '../../local/deployment.ts';
import { synthesizedOnce } from '../e2e/synthesized.ts';
import type { DeploymentMessage, DeploymentTask } from './messages.ts';

/** More requests a second than any machine makes: the stage's throttle is not what a soak is about. */
const AMPLE = 100_000;

/** A function's process takes some 80 MB, and the machine may be small. */
const WORKERS = { reconnect: 4, other: 2 };

const { directory, basePort, table, gameLiftStreams, plant } = JSON.parse(
  process.argv[2] ?? '{}',
) as DeploymentTask;
const report = (message: DeploymentMessage | { kind: 'failed'; message: string }) =>
  process.connected && process.send?.(message, () => {});

let deployment: LocalDeployment | undefined;
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', async () => {
  await deployment?.close();
  process.exit(0);
});

/** @throws Error when no function's bundle contains the text */
function plantIn(outDir: string, { from, to }: NonNullable<typeof plant>): void {
  const bundles = readdirSync(outDir)
    .filter((name) => name.startsWith('asset.'))
    .flatMap((name) => readdirSync(join(outDir, name)).map((file) => join(outDir, name, file)))
    .filter((file) => /\.[cm]?js$/.test(file) && readFileSync(file, 'utf8').includes(from));
  if (bundles.length === 0) throw new Error(`No bundle contains ${from}`);
  for (const file of bundles)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll(from, () => to),
    );
}

try {
  deployment = await startDeployment({
    basePort,
    directory,
    async synthesize(options) {
      const made = await synthesizedOnce(options);
      if (plant) plantIn(made.outDir, plant);
      return made;
    },
    settings: {
      streamGroups: [
        {
          id: 'sg-soak',
          region: 'us-west-2',
          applications: ['a-soak'],
          // No session may end because its player was kept away by faults.
          connectionTimeoutSeconds: 3600,
        },
      ],
      limits: { connectionsPerMinute: 600, startsPerMinute: 600, missesPerMinute: 600 },
      quotas: { StartStreamSession: 100 },
      throttling: { ratePerSecond: AMPLE, burst: AMPLE },
      logs: { level: 'WARN' },
    },
    emulator: {
      activationSeconds: 0.1,
      lossNoticeSeconds: 0,
      peer: 'signalling',
      // AWS does not refuse an offer by itself: only Rejoin stands between a repeated request and a second connection.
      reusedOffer: 'accept',
      connectWhileConnected: 'accept',
      quotas: { StartStreamSession: 100 },
    },
    functionEnvironment: {
      AWS_ENDPOINT_URL_DYNAMODB: table,
      AWS_ENDPOINT_URL_GAMELIFTSTREAMS: gameLiftStreams,
      TABLE_TIMEOUT_MS: '2000',
    },
    maxWorkersPerFunction: ({ logicalId }) =>
      /reconnectFunction/.test(logicalId) ? WORKERS.reconnect : WORKERS.other,
    onProgress: (line) => report({ kind: 'progress', line }),
  });
  report({ kind: 'ready', endpoints: deployment.endpoints });
} catch (error) {
  report({ kind: 'failed', message: (error as Error).message });
}
