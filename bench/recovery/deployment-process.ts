/** A process of the bench: the local deployment. Its limits allow repeated cuts of the same players. */

import { shutdownWebRtc } from '../../emulator/server.ts';
import { type LocalDeployment, startDeployment } from '../../local/deployment.ts';
import { measuredByEnvironment } from '../../local/measured-settings.ts';
import { freeBasePort } from '../../local/ports.ts';
import type { DeploymentMessage, DeploymentTask } from './messages.ts';

const REGION = 'us-west-2';

const { directory } = JSON.parse(process.argv[2] ?? '{}') as DeploymentTask;
const report = (message: DeploymentMessage) => process.connected && process.send?.(message, () => {});

let deployment: LocalDeployment | undefined;
// Ctrl-C reaches the whole process group. The parent decides, and disconnects when it ends.
process.on('SIGINT', () => {});
process.on('disconnect', async () => {
  await deployment?.close();
  await shutdownWebRtc();
  process.exit(0);
});

try {
  deployment = await startDeployment({
    basePort: await freeBasePort(),
    directory,
    settings: {
      streamGroups: [{ id: 'sg-recovery', region: REGION, applications: ['a-recovery'] }],
      limits: { connectionsPerMinute: 600 },
      logs: { level: 'WARN' },
    },
    emulator: { ...measuredByEnvironment(), activationSeconds: 0 },
    onProgress: (line) => report({ kind: 'progress', line }),
  });
  report({ kind: 'ready', endpoints: deployment.endpoints });
} catch (error) {
  report({ kind: 'failed', message: (error as Error).message });
}
