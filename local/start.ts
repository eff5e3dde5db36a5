import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shutdownWebRtc } from '../emulator/server.ts';
import { LOOPBACK_ADDRESS, parseMediaAddress } from '../emulator/webrtc/media-address.ts';
import { startDeployment } from './deployment.ts';
import { measuredSettings } from './measured-settings.ts';
import { DEFAULT_BASE_PORT, parseBasePort } from './ports.ts';

/**
 * No server notices a silent client at once. With 5 s a dark network of 4 s heals, as it does where AWS takes a while, and a
 * real loss is repaired soon. Tests and benches start deployments of their own, and set what they need.
 */
const LOSS_NOTICE_SECONDS = 5;

const HELP = `Runs Rejoin on this machine, with no AWS account: npm start -- [options]

  --port N         the first of six ports (default ${DEFAULT_BASE_PORT})
  --settings FILE  a deployer's settings, as "cdk deploy -c settings=FILE" takes them. Pages of the loopback origins in webOrigins
                   may call the API and sign in. Settings that must differ here are printed, with the reason
  --media-address IP
                   IPv4 address of this machine that video, sound and input go to (default 127.0.0.1, which Firefox can't use).
                   Each connection opens UDP ports there that your network can reach; packets from other machines are
                   ignored. Everything else stays on 127.0.0.1
  --as FILE        make the emulator behave like an account that npm run conformance has measured; FILE is its result
  --help           this text

The emulator notices after ${LOSS_NOTICE_SECONDS} s that a client is silent: a shorter loss heals, after a longer one a new connection is made. AWS does not document
its time; try another one with PUT /_emulator/settings {"lossNoticeSeconds": 0}.

When it is ready, .local/endpoints.json has all addresses. Function logs are in .local/logs.
Ctrl-C stops everything.`;

const directory = join(fileURLToPath(new URL('..', import.meta.url)), '.local');

const defaults = { lossNoticeSeconds: LOSS_NOTICE_SECONDS };

const OPTIONS = {
  port: { type: 'string' },
  settings: { type: 'string' },
  as: { type: 'string' },
  'media-address': { type: 'string', default: LOOPBACK_ADDRESS },
  help: { type: 'boolean' },
} as const;

/** Without the two dashes npm takes options for its own, and passes none on. They are in the environment then. */
function refuseSwallowed(): void {
  const names = Object.keys(OPTIONS).filter(
    (name) => process.env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  if (process.env.npm_lifecycle_event !== 'start' || names.length === 0) return;
  const given = names.map((name) => `--${name}`).join(' and ');
  throw new Error(`npm used ${given} itself: write two dashes first, as in npm start -- --${names[0]} ...`);
}

function readArguments() {
  try {
    refuseSwallowed();
    const { values } = parseArgs({ options: OPTIONS });
    return {
      ...values,
      emulator: { ...defaults, ...(values.as === undefined ? {} : measuredSettings(values.as)) },
      port: values.port === undefined ? DEFAULT_BASE_PORT : parseBasePort(values.port),
      mediaAddress: parseMediaAddress(values['media-address']),
    };
  } catch (error) {
    return fail(`${(error as Error).message.replace(/\.?$/, '.')} See: npm start -- --help`);
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const { port, settings, emulator, mediaAddress, help } = readArguments();
if (help) {
  console.log(HELP);
  process.exit(0);
}

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(1).padStart(5);
let stopping = false;
const starting = startDeployment({
  basePort: port,
  directory,
  settingsFile: settings,
  mediaAddress,
  emulator,
  onSetting: (sentence) => console.log(`           ${sentence}`),
  onProgress: (line) => console.log(`${seconds()} s  ${line} ...`),
  onFailure: (line) => console.error(`${seconds()} s  ${line}. Its log is in .local/logs.`),
});

/** Ends the deployment on Ctrl-C, once. While it still starts, waits until it has started. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  console.log('\nStopping ...');
  const deployment = await starting.catch(() => undefined);
  await deployment?.close();
  await shutdownWebRtc();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGHUP', () => void stop());

try {
  const { endpoints } = await starting;
  if (!stopping) {
    console.log(`${seconds()} s  Ready.

  Page        ${endpoints.console}/
  Player API  ${endpoints.api}
  Operators   ${endpoints.operatorApi ?? 'have no API: the setting operators is missing'}
  Emulator    ${endpoints.gameLiftStreams}  (control: /_emulator/)
  A token     npm run --silent token -- alice

  A page of your own (docs/your-page.md; its origin in webOrigins of --settings)
  Issuer      ${endpoints.identity}
  Client id   ${endpoints.clientId}
  Scope       openid ${endpoints.scope}
  Web SDK     ${endpoints.webSdk}

Open the page, sign in, start a session and cut it. Ctrl-C stops everything.`);
  }
} catch (error) {
  if (!stopping) {
    await shutdownWebRtc();
    fail((error as Error).message);
  }
}
