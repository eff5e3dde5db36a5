/** The emulator by itself: `npm run emulator -- --port 4566 --region us-west-2`. */
import { parseArgs } from 'node:util';
import { shutdownWebRtc, startEmulator } from './server.ts';
import { LOOPBACK_ADDRESS, parseMediaAddress } from './webrtc/media-address.ts';

const HELP = `Amazon GameLift Streams on this machine, for the AWS SDKs and the Web SDK.

  npm run emulator -- [options]

  --port N           port on 127.0.0.1 (default 4566; 0 takes a free one)
  --region NAME      AWS Region that requests are signed for (default us-west-2)
  --origin URL       origin of a web page that may use the control API; can be given several times
  --media-address IP IPv4 address of this machine that media goes to (default 127.0.0.1, which Firefox can't use). Each connection
                       opens UDP ports there that your network can reach; what other machines send there is ignored
  --help             this text

While it runs, under /_emulator/:

  GET, PUT settings                     quotas, timers, and what AWS leaves undocumented: lossNoticeSeconds,
                                          connectWhileConnected, oldPeerAfterAnswer, oldPeerAfterLoss and others
  GET, POST, DELETE faults              failures of the next calls: throttle, latency, a lost response and others;
                                          "streamSessionId" addresses one to the calls of a session
  GET held, POST release                calls held by {"operation": "...", "kind": "hold", "at": "arrival" or "answer"}:
                                          before they take effect, or with the answer ready. They go on when released:
                                          {"operation": "...", "streamSessionId": "...", "count": 1}, all without a body.
                                          DELETE faults releases all too; a caller's hanging up releases none
  GET, DELETE calls                     what was called, by whom, and how it ended
  GET streamgroups, PUT streamgroups/ID their status and capacity
  GET streamsessions                    each with its status, what its game saw, and its network
  PUT streamsessions/ID/network         a bad network both ways, over reconnects too; {} undoes it:
                                          {"lossPercent": 5, "delayMs": 20, "jitterMs": 300, "reorder": false,
                                           "rateKbps": 4000, "freeze": {"everyMs": 10000, "forMs": 1500}}
  POST streamsessions/ID/drop           loses the client for good: {"how": "blackhole"} or {"how": "close"}; or its
                                          packets: {"how": "blackout", "seconds": 4}, both ways, and a new connection's
                                          too; {"how": "downlink"}, the game's to the present connection alone
  POST streamsessions/ID/restore        ends a blackout or a dead downlink; a blackout without "seconds" waits for it
  POST streamsessions/ID/end            ends the session: {"statusReason": "applicationExit"} or another

A body that is wrong is answered with what to write.`;

const ACCESS_KEY_ID = 'AKIAEMULATOREXAMPLE0';
const SECRET_ACCESS_KEY = 'emulator-secret-access-key';
const ACCOUNT_ID = '123456789012';
const STREAM_GROUP_ID = 'sg-emulator1';
const APPLICATION_ID = 'a-emulator1';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '4566' },
        region: { type: 'string', default: 'us-west-2' },
        origin: { type: 'string', multiple: true, default: [] },
        'media-address': { type: 'string', default: LOOPBACK_ADDRESS },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}. See: npm run emulator -- --help`);
  }
}

const { port, region, origin, 'media-address': wantedAddress, help } = readArguments();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
  fail(`--port must be a number from 0 to 65535, not "${port}".`);
if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
  fail(`--region must be a Region such as us-west-2, not "${region}".`);

let mediaAddress: string;
try {
  mediaAddress = parseMediaAddress(wantedAddress);
} catch (error) {
  fail((error as Error).message);
}

const emulator = await startEmulator({
  port: Number(port),
  mediaAddress,
  region,
  accountId: ACCOUNT_ID,
  streamGroups: [{ id: STREAM_GROUP_ID, applications: [APPLICATION_ID], locations: [region] }],
  principals: [{ name: 'developer', accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY }],
  controlOrigins: origin,
}).catch((error: NodeJS.ErrnoException) =>
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${port} on 127.0.0.1 is in use: choose another one with --port.`
      : `The emulator cannot start: ${error.message}`,
  ),
);

console.log(`Amazon GameLift Streams (emulated) at ${emulator.url}

  region             ${region}
  access key id      ${ACCESS_KEY_ID}
  secret access key  ${SECRET_ACCESS_KEY}
  stream group       ${STREAM_GROUP_ID}
  application        ${APPLICATION_ID}

Try it:

  AWS_ACCESS_KEY_ID=${ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${SECRET_ACCESS_KEY} \\
    aws gameliftstreams get-stream-group --region ${region} --endpoint-url ${emulator.url} --identifier ${STREAM_GROUP_ID}

Ctrl-C ends it.`);

let isClosing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    if (isClosing) return;
    isClosing = true;
    await emulator.close();
    await shutdownWebRtc();
    process.exit(0);
  });
}
