import { readFileSync } from 'node:fs';
import type { Emulator } from './server.ts';

/** The source runs in a checkout of Rejoin; the package is compiled into `dist/`. */
const isPackage = !import.meta.url.endsWith('.ts');
const { name }: { name: string } = JSON.parse(
  readFileSync(new URL(isPackage ? '../package.json' : 'package.json', import.meta.url), 'utf8'),
);

/** What a person types to start it. */
export const COMMAND = isPackage ? `npx ${name}` : 'npm run emulator --';

export const HELP = `Amazon GameLift Streams on this machine, for the AWS SDKs, the AWS CLI and the Web SDK.

  ${COMMAND} [options]

  --port N           port on 127.0.0.1 (default 4566; 0 takes a free one)
  --region NAME      AWS Region that requests are signed for (default us-west-2)
  --origin URL       origin of a web page that may use the control API; can be given several times
  --clock KIND       machine (default), or manual: time stands still until POST time
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
  GET, POST time                        the emulator's time; {"advanceSeconds": 120} lets time pass at once, for sessions,
                                          quotas, tokens and outages. Packets and latencies use the machine's time
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

If a body is wrong, the answer says what to write.`;

/** What a person reads once it runs: how to point an SDK, a CLI or a page at it. */
export function greeting(emulator: Emulator): string {
  const { url, region, credentials, streamGroupId, applicationId } = emulator;
  const { accessKeyId, secretAccessKey } = credentials;
  return `Amazon GameLift Streams (emulated) at ${url}

  region             ${region}
  access key id      ${accessKeyId}
  secret access key  ${secretAccessKey}
  stream group       ${streamGroupId}
  application        ${applicationId}

An AWS SDK or the AWS CLI finds it by four environment variables, without a change to your code:

  export AWS_ENDPOINT_URL_GAMELIFTSTREAMS=${url} AWS_REGION=${region}
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  aws gameliftstreams get-stream-group --identifier ${streamGroupId}

A page needs nothing: give its offer to StartStreamSession in your backend, and the SignalResponse of GetStreamSession to the page. The
answer connects to an example game on 127.0.0.1.

Faults, gates and time are under ${url}/_emulator/, see ${COMMAND} --help. Ctrl-C ends it.`;
}
