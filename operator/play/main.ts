/** Plays against what is deployed, on a page of this machine: `npm run play -- --help`. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { startConsole } from '../../local/console/server.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import { usageFailure } from '../cli/arguments.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { json, printError, printProgress, printResult } from '../cli/print.ts';
import { runProgram } from '../cli/program.ts';
import { type Arguments, DEFAULT_PORT, readArguments } from './arguments.ts';
import type { Step } from './check.ts';
import { playWithoutHands } from './hands-free.ts';
import { stepLines } from './report.ts';
import { readStack } from './stack.ts';
import { pageFor, requireOrigin } from './target.ts';

const SEE = 'npm run play -- --help';
const PLAYER = 'player-of-the-check';

interface Opened {
  url: string;
  /** What the page needs from the provider, for a person. */
  notes: readonly string[];
  /** A token for a check; undefined: it has to be given. */
  token: string | undefined;
  close(): Promise<void>;
}

/** The page of the local deployment, which runs already. */
async function openLocal({ directory, check }: Arguments): Promise<Opened> {
  const { console: page, identity } = localEndpoints(localDirectory(directory));
  const token = check ? await mintAccessToken({ issuer: identity, player: PLAYER }) : undefined;
  return { url: `${page}/`, notes: [], token, close: async () => undefined };
}

/** Serves the page for a deployed stack. */
async function openDeployed(given: Arguments): Promise<Opened> {
  const { webSdk, port = DEFAULT_PORT } = given;
  if (webSdk === undefined) {
    throw usageFailure(
      "Give Amazon's Web SDK with --web-sdk FILE: the stand-in plays with the emulator only.",
      SEE,
    );
  }
  if (!existsSync(resolve(webSdk)))
    throw usageFailure(`--web-sdk names ${webSdk}: there is no such file.`, SEE);
  const stack = await readStack(given);
  const config = await pageFor(stack, given);
  const origin = `http://localhost:${port}`;
  await requireOrigin(config.api, origin);
  const server = await startConsole({ port, host: 'localhost', config, webSdk: resolve(webSdk) }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new Failure(`Port ${port} is in use: give another one with --port.`, EXIT.failed);
    },
  );
  const { name, outputs } = stack;
  return {
    url: `${origin}/`,
    notes: [
      outputs.ClientId === undefined
        ? `Client ${config.clientId} at ${config.identity} must allow the redirect address ${origin}/`
        : `callbackUrls and logoutUrls of ${name}'s user pool must list ${origin}/`,
    ],
    token: given.token ?? process.env.REJOIN_TOKEN,
    close: () => server.close(),
  };
}

/** @returns an exit code */
async function check({ url, token }: Opened, { dark, headed, json: asJson }: Arguments): Promise<number> {
  if (token === undefined) {
    throw usageFailure("A check needs a player's access token: give --token, or set REJOIN_TOKEN.", SEE);
  }
  const interrupted = new AbortController();
  const interrupt = () => {
    // Who presses Ctrl-C twice does not want to wait.
    if (interrupted.signal.aborted) process.exit(EXIT.failed);
    printProgress('Ending the session ...');
    interrupted.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  let shown = '';
  const tell = (step: Step) => {
    if (asJson) return;
    // A step that caused nothing leaves the timeline of the one before.
    const timeline = JSON.stringify(step.timeline);
    const lines = stepLines(timeline === shown ? { ...step, timeline: [] } : step);
    shown = timeline;
    for (const line of lines) printResult(line);
  };
  const steps = await playWithoutHands({ url, token, darkSeconds: dark, headed }, tell, interrupted.signal);
  const passed = steps.length === 4 && steps.every((step) => step.passed);
  if (asJson) printResult(json({ passed, steps }));
  return passed ? EXIT.done : EXIT.failed;
}

async function play(given: Arguments): Promise<number> {
  const opened = await (given.local ? openLocal(given) : openDeployed(given));
  try {
    if (given.check) return await check(opened, given);
    printResult(`Page  ${opened.url}`);
    for (const note of opened.notes) printResult(`      ${note}`);
    if (given.local) return EXIT.done;
    printResult(
      '\nOpen it, sign in, start a session, and take the network away. Ctrl-C ends the page, not a session.',
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return EXIT.done;
  } finally {
    await opened.close();
  }
}

await runProgram(async (argv) => {
  try {
    const given = readArguments(argv);
    if (!('help' in given)) return await play(given);
    printResult(given.help);
    return EXIT.done;
  } catch (error) {
    printError((error as Error).message);
    return error instanceof Failure ? error.exitCode : EXIT.failed;
  }
});
