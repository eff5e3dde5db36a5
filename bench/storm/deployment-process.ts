/** A process of a storm: the local deployment. Only the storm's own quotas are limited. */
import { type LocalDeployment, startDeployment } from '../../local/deployment.ts';
import { measuredByEnvironment } from '../../local/measured-settings.ts';
import { freeBasePort } from '../../local/ports.ts';
import type { DeploymentMessage, DeploymentRequest, DeploymentTask } from './messages.ts';
import { CONNECTION_TIMEOUT_SECONDS, OTHER_WORKERS, reconnectWorkers } from './policies.ts';

const REGION = 'us-west-2';
/** More requests a second than any machine makes: the storm tests AWS's quota, not the stage's throttle. */
const AMPLE = 100_000;

const { directory, quota, notice, itemWrites } = JSON.parse(process.argv[2] ?? '{}') as DeploymentTask;
const report = (message: DeploymentMessage) => process.connected && process.send?.(message, () => {});

let deployment: LocalDeployment | undefined;
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', async () => {
  await deployment?.close();
  process.exit(0);
});
process.on('message', (_request: DeploymentRequest) => {
  const stats = Object.values(deployment?.pool.stats() ?? {});
  report({
    kind: 'stats',
    billedMs: stats.reduce((sum, { billedMs }) => sum + billedMs, 0),
    coldStarts: stats.reduce((sum, { coldStarts }) => sum + coldStarts, 0),
  });
});

try {
  deployment = await startDeployment({
    basePort: await freeBasePort(),
    directory,
    settings: {
      streamGroups: [
        {
          id: 'sg-storm',
          region: REGION,
          applications: ['a-storm'],
          connectionTimeoutSeconds: CONNECTION_TIMEOUT_SECONDS,
        },
      ],
      limits: { connectionsPerMinute: Math.min(30, quota * 60) },
      quotas: { CreateStreamSessionConnection: quota, GetStreamSession: quota, StartStreamSession: 1000 },
      throttling: { ratePerSecond: AMPLE, burst: AMPLE },
      logs: { level: 'WARN' },
    },
    emulator: {
      ...measuredByEnvironment(),
      activationSeconds: 0,
      lossNoticeSeconds: notice,
      peer: 'signalling',
      quotas: { CreateStreamSessionConnection: quota, GetStreamSession: quota, StartStreamSession: AMPLE },
    },
    ...(itemWrites === undefined ? {} : { tableItemWritesPerSecond: itemWrites }),
    maxWorkersPerFunction: ({ logicalId }) =>
      /reconnectFunction/.test(logicalId) ? reconnectWorkers(quota) : OTHER_WORKERS,
    onProgress: (line) => report({ kind: 'progress', line }),
  });
  report({ kind: 'ready', endpoints: deployment.endpoints });
} catch (error) {
  report({ kind: 'failed', message: (error as Error).message });
}
