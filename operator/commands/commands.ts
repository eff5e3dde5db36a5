import { setTimeout as sleep } from 'node:timers/promises';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { EXIT, Failure } from '../aws/failure.ts';
import { addressText, parseAddress } from './address.ts';
import { createOperatorApi, type OperatorApi } from './api.ts';
import type { Arguments } from './arguments.ts';
import { type Context, createContext } from './context.ts';
import { pluginCall, requirePlugin } from './plugin.ts';
import { json, note, printable, say, table } from './print.ts';
import { withPatience } from './retry.ts';
import { runPlugin } from './run-plugin.ts';

/** How often new credentials are asked for when a plugin was not connected in time. */
const MAX_ATTEMPTS = 3;
/** Credentials that are valid for less are not worth starting a plugin with. */
const LEAST_VALID_MS = 2_000;

const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 1000)} s`;

/** Repeats what the API says may be repeated, for as long as the command line allows. */
const patiently = <T>({ wait }: Arguments, act: () => Promise<T>): Promise<T> =>
  withPatience(act, {
    budgetMs: wait * 1000,
    now: () => performance.now(),
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
    onWait: ({ message }, milliseconds) => note(`${message} Asking again in ${seconds(milliseconds)}.`),
  });

async function playerOf({ player, subject, issuer }: Arguments, context: Context): Promise<string> {
  if (player !== undefined) return player;
  // The very digest by which the functions name a player; see docs/operator.md for `userId: "subject"`.
  return playerIdOf(issuer ?? (await context.issuer()), subject ?? '', 'pseudonym');
}

async function sessions(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const player = await playerOf(given, context);
  const found = await patiently(given, () => api.sessionsOf(player));
  if (given.json) {
    say(json({ player, streamSessions: found }));
  } else if (found.length === 0) {
    say(`No stream session is known of player ${printable(player)}.`);
  } else {
    const rows = found.map((session) => [
      addressText(session),
      session.statusReason ? `${session.status} (${session.statusReason})` : session.status,
      session.statusAt ?? '',
      session.location ?? '',
      session.createdAt,
      session.endsAt ?? '',
    ]);
    for (const line of table(
      ['STREAM SESSION', 'STATUS', 'AS OF', 'LOCATION', 'CREATED', 'ENDS AT THE LATEST'],
      rows,
    )) {
      say(line);
    }
  }
  return EXIT.done;
}

async function terminate(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const address = parseAddress(given.session ?? '', given.streamGroup ?? context.streamGroup);
  await patiently(given, () => api.terminate(address));
  say(given.json ? json({ ...address, terminated: true }) : `${addressText(address)} is being ended.`);
  return EXIT.done;
}

async function shell(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const address = parseAddress(given.session ?? '', given.streamGroup ?? context.streamGroup);
  const ask = () => patiently(given, () => api.openShell(address, given.reason ?? ''));
  if (given.credentials) {
    say(json((await ask()).credentials));
    return EXIT.done;
  }
  const plugin = await requirePlugin(given.plugin, context.isLocal);
  for (let attempt = 1; ; attempt += 1) {
    const { credentials, validMs } = await ask();
    if (validMs >= LEAST_VALID_MS) {
      const { args, environment } = pluginCall(credentials, {
        fallbackRegion: context.signer.region,
        profile: given.profile,
      });
      const { exitCode, missedItsTime } = await runPlugin({
        path: plugin.path,
        args,
        environment: { ...context.pluginEnvironment, ...environment },
        validMs,
      });
      if (!missedItsTime) {
        if (given.json) say(json({ ...address, exitCode }));
        return exitCode;
      }
    }
    if (attempt === MAX_ATTEMPTS) {
      throw new Failure(
        `The plugin was not connected in time, ${MAX_ATTEMPTS} times: is a WebSocket to AWS let through (wss, port 443)?`,
        EXIT.later,
      );
    }
    note(
      `The plugin was not connected in time; asking for new credentials (${attempt + 1} of ${MAX_ATTEMPTS}).`,
    );
  }
}

const COMMANDS = { sessions, shell, terminate };

/** Does what the command line says. @returns the exit code. @throws Failure */
export async function perform(given: Arguments): Promise<number> {
  const context = await createContext(given);
  const api = createOperatorApi(context.api, context.signer, context.whoAmI);
  return COMMANDS[given.command](given, context, api);
}
