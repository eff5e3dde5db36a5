#!/usr/bin/env node
/** The emulator by itself: `npm run emulator -- --port 4566 --region us-west-2`. */
import { parseArgs } from 'node:util';
import { DEFAULTS } from './defaults.ts';
import { COMMAND, greeting, HELP } from './help.ts';
import { shutdownWebRtc, startEmulator } from './server.ts';
import { LOOPBACK_ADDRESS, parseMediaAddress } from './webrtc/media-address.ts';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '4566' },
        region: { type: 'string', default: DEFAULTS.region },
        origin: { type: 'string', multiple: true, default: [] },
        clock: { type: 'string', default: 'machine' },
        'media-address': { type: 'string', default: LOOPBACK_ADDRESS },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}. See: ${COMMAND} --help`);
  }
}

const { port, region, origin, clock, 'media-address': wantedAddress, help } = readArguments();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
  fail(`--port must be a number from 0 to 65535, not "${port}".`);
if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
  fail(`--region must be a Region such as us-west-2, not "${region}".`);
if (clock !== 'machine' && clock !== 'manual') fail(`--clock must be machine or manual, not "${clock}".`);

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
  clock,
  controlOrigins: origin,
}).catch((error: NodeJS.ErrnoException) =>
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${port} on 127.0.0.1 is in use: choose another one with --port.`
      : `The emulator cannot start: ${error.message}`,
  ),
);

console.log(greeting(emulator));

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
