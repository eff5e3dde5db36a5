// A team's test suite, where rejoin-emulator and AWS's SDK are installed: the emulator in the process, then by its command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
  waitUntilStreamSessionActive,
} from '@aws-sdk/client-gameliftstreams';
import { shutdownWebRtc, startEmulator } from 'rejoin-emulator';

const expect = (seen, wanted) => {
  if (seen !== wanted) throw new Error(`expected ${wanted}, saw ${seen}`);
};

async function start({ url: endpoint, region, credentials, streamGroupId, applicationId }) {
  const client = new GameLiftStreamsClient({ endpoint, region, credentials });
  const { Arn } = await client.send(
    new StartStreamSessionCommand({
      Identifier: streamGroupId,
      ApplicationIdentifier: applicationId,
      Protocol: 'WebRTC',
      SignalRequest: JSON.stringify({ type: 'offer', sdp: 'v=0\r\n' }),
    }),
  );
  const named = { Identifier: streamGroupId, StreamSessionIdentifier: Arn.split('/').at(-1) };
  return { client, named, look: () => client.send(new GetStreamSessionCommand(named)) };
}

const emulator = await startEmulator({ clock: 'manual' });
emulator.addFault({ operation: 'StartStreamSession', kind: 'throttle', count: 1 });
const { client, look } = await start(emulator);
expect(
  emulator
    .calls()
    .map(({ status }) => status)
    .join(),
  '429,201',
);
await emulator.advance(1);
const gate = emulator.hold({ operation: 'GetStreamSession' });
const held = look();
await gate.held();
await emulator.advance(120);
gate.release();
expect((await held).StatusReason, 'connectionTimeout');
client.destroy();
await emulator.close();
await shutdownWebRtc();

// A process group of its own, as in a terminal: Ctrl-C reaches npx and what it started.
const command = spawn('npx', ['rejoin-emulator', '--port', '0'], { detached: true });
let said = '';
command.stdout.on('data', (chunk) => {
  said += chunk;
});
while (!said.includes('Ctrl-C')) await once(command.stdout, 'data');
const value = (label) => new RegExp(`${label} +(\\S+)`).exec(said)?.[1];
const running = await start({
  url: value('emulated\\) at'),
  region: value('region'),
  credentials: { accessKeyId: value('access key id'), secretAccessKey: value('secret access key') },
  streamGroupId: value('stream group'),
  applicationId: value('application'),
});
const { state } = await waitUntilStreamSessionActive(
  { client: running.client, maxWaitTime: 60 },
  running.named,
);
expect(state, 'SUCCESS');
running.client.destroy();
process.kill(-command.pid, 'SIGINT');
await once(command, 'exit');
console.log("a fault, a gate and time in the process; AWS's waiter saw ACTIVE with the command");
