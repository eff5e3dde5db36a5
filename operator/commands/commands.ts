import { setTimeout as sleep } from 'node:timers/promises';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { columns, json, printable, printProgress, printResult } from '../cli/print.ts';
import { addressText, parseAddress } from './address.ts';
import { createOperatorApi, type OperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import { type Context, createContext } from './context.ts';
import { pluginCall, requirePlugin } from './plugin.ts';
import { withRetries } from './retry.ts';
import { runPlugin } from './run-plugin.ts';

/** How many credentials are requested until a plugin connects in time. */
const MAX_ATTEMPTS = 3;
/** With credentials that are valid for less, the plugin is not started. */
const MIN_VALID_MS = 2_000;

const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 1000)} s`;

/** Repeats a request if the API says that this helps, until `--wait` is over. */
const repeat = <T>({ wait }: Arguments, send: () => Promise<T>): Promise<T> =>
  withRetries(send, {
    limitMs: wait * 1000,
    now: () => performance.now(),
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
    onWait: ({ message }, milliseconds) =>
      printProgress(`${message} Asking again in ${seconds(milliseconds)}.`),
  });

async function playerOf({ player, subject, issuer }: Arguments, context: Context): Promise<string> {
  if (player !== undefined) return player;
  // The functions derive the player's id in the same way. For `userId: "subject"` see docs/operator.md.
  return playerIdOf(issuer ?? (await context.issuer()), subject ?? '', 'pseudonym');
}

async function sessions(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const player = await playerOf(given, context);
  const found = await repeat(given, () => api.sessionsOf(player));
  if (given.json) {
    printResult(json({ player, streamSessions: found }));
  } else if (found.length === 0) {
    printResult(`No stream session is known of player ${printable(player)}.`);
  } else {
    const rows = found.map((session) => [
      addressText(session),
      session.statusReason ? `${session.status} (${session.statusReason})` : session.status,
      session.statusAt ?? '',
      session.location ?? '',
      session.createdAt,
      session.endsAt ?? '',
    ]);
    for (const line of columns(
      ['STREAM SESSION', 'STATUS', 'AS OF', 'LOCATION', 'CREATED', 'ENDS AT THE LATEST'],
      rows,
    )) {
      printResult(line);
    }
  }
  return EXIT.done;
}

async function terminate(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const address = parseAddress(given.session ?? '', given.streamGroup ?? context.streamGroup);
  await repeat(given, () => api.terminate(address));
  printResult(
    given.json ? json({ ...address, terminated: true }) : `${addressText(address)} is being ended.`,
  );
  return EXIT.done;
}

async function shell(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const address = parseAddress(given.session ?? '', given.streamGroup ?? context.streamGroup);
  const requestShell = () => repeat(given, () => api.openShell(address, given.reason ?? ''));
  if (given.credentials) {
    printResult(json((await requestShell()).credentials));
    return EXIT.done;
  }
  const plugin = await requirePlugin(given.plugin, context.isLocal);
  for (let attempt = 1; ; attempt += 1) {
    const { credentials, validMs } = await requestShell();
    if (validMs >= MIN_VALID_MS) {
      const { args, environment } = pluginCall(credentials, {
        fallbackRegion: context.signer.region,
        profile: given.profile,
      });
      const { exitCode, expiredBeforeConnect } = await runPlugin({
        path: plugin.path,
        args,
        environment: { ...context.pluginEnvironment, ...environment },
        validMs,
      });
      if (!expiredBeforeConnect) {
        if (given.json) printResult(json({ ...address, exitCode }));
        return exitCode;
      }
    }
    if (attempt === MAX_ATTEMPTS) {
      throw new Failure(
        `The plugin was not connected in time, ${MAX_ATTEMPTS} times: is a WebSocket to AWS let through (wss, port 443)?`,
        EXIT.later,
      );
    }
    printProgress(
      `The plugin was not connected in time; asking for new credentials (${attempt + 1} of ${MAX_ATTEMPTS}).`,
    );
  }
}

async function brake(given: Arguments, _context: Context, api: OperatorApi): Promise<number> {
  const { brakeSeconds } = given;
  const state = await repeat(given, () =>
    brakeSeconds === undefined ? api.brake() : api.setBrake(brakeSeconds, given.reason ?? ''),
  );
  if (given.json) printResult(json({ starts: state }));
  else if (!state.isOn) printResult('New sessions begin as usual.');
  else {
    const { until = '', setAt = '', operator = '', reason = '' } = state;
    printResult(`New sessions are paused until ${until}. Reconnects are not affected.`);
    printResult(`Set at ${setAt} by ${printable(operator)}: ${printable(reason)}`);
  }
  return EXIT.done;
}

const COMMANDS = { sessions, shell, terminate, brake };

/** Executes a command. @returns the exit code. @throws Failure */
export async function perform(given: Arguments): Promise<number> {
  const context = await createContext(given);
  const api = createOperatorApi(context.api, context.signer, context.whoAmI);
  return COMMANDS[given.command](given, context, api);
}
