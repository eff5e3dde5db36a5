import { EXIT, Failure } from '../cli/failure.ts';
import { columns, json, printable, printError, printProgress, printResult } from '../cli/print.ts';
import { addressText, parseAddress } from './address.ts';
import { createOperatorApi, type OperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import { brake } from './brake.ts';
import { type Context, createContext } from './context.ts';
import { exportFiles } from './export-files.ts';
import { forget } from './forget.ts';
import { playerOf } from './player.ts';
import { pluginCall, requirePlugin } from './plugin.ts';
import { repeat } from './repeat.ts';
import { runPlugin } from './run-plugin.ts';

/** How many credentials are requested until a plugin connects in time. */
const MAX_ATTEMPTS = 3;
/** With credentials that are valid for less, the plugin is not started. */
const MIN_VALID_MS = 2_000;

async function sessions(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const player = await playerOf(given, context);
  const found = await repeat(given, () => api.sessionsOf(player));
  if (given.json) {
    printResult(json({ player, streamSessions: found }));
  } else if (found.length === 0) {
    printResult(`Player ${printable(player)} has no known stream session.`);
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

/**
 * What a script may conclude from the plugin's exit code. The plugin exits with 0 also if AWS refused or ended the shell, or if
 * its connection was lost, so 0 is no success.
 */
const outcomeOf = (exitCode: number) => (exitCode === 0 ? 'unknown' : 'failed');

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
      const { exitCode, signal, expiredBeforeConnect } = await runPlugin({
        path: plugin.path,
        args,
        environment: { ...context.pluginEnvironment, ...environment },
        validMs,
      });
      if (!expiredBeforeConnect) {
        if (given.json) printResult(json({ ...address, exitCode, signal, outcome: outcomeOf(exitCode) }));
        else if (signal !== undefined) printError(`${plugin.path} was ended by ${signal}.`);
        return exitCode;
      }
    }
    if (attempt === MAX_ATTEMPTS) {
      throw new Failure(
        `The plugin was not connected in time, ${MAX_ATTEMPTS} times: does your network allow WebSockets to AWS (wss, port 443)?`,
        EXIT.later,
      );
    }
    printProgress(
      `The plugin was not connected in time; requesting new credentials (${attempt + 1} of ${MAX_ATTEMPTS}).`,
    );
  }
}

const COMMANDS = { sessions, shell, terminate, export: exportFiles, forget, brake };

/** Executes a command. @returns the exit code. @throws Failure */
export async function perform(given: Arguments): Promise<number> {
  if (given.command === 'case') {
    // It alone needs the clients of four more services.
    const { showCase } = await import('./case.ts');
    return showCase(given);
  }
  const context = await createContext(given);
  const api = createOperatorApi(context.api, context.signer, context.whoAmI);
  return COMMANDS[given.command](given, context, api);
}
