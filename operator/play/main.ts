/** Plays against what is deployed, on a page of this machine: `npm run play -- --help`. */
import { once } from 'node:events';
import { startConsole } from '../../local/console/server.ts';
import { mintAccessToken } from '../../local/identity/token.ts';
import { usageFailure } from '../cli/arguments.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { json, printResult } from '../cli/print.ts';
import { interruption, runCommand } from '../cli/program.ts';
import { type Arguments, DEFAULT_PORT, readArguments } from './arguments.ts';
import type { Step } from './check.ts';
import { playWithoutHands } from './hands-free.ts';
import { stepLines } from './report.ts';
import { readStack } from './stack.ts';
import { pageFor, requireOrigin } from './target.ts';
import { webSdkFile } from './web-sdk-file.ts';

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
  const { port = DEFAULT_PORT } = given;
  const webSdk = webSdkFile(given.webSdk, SEE);
  if (webSdk === undefined) {
    throw usageFailure(
      "Give Amazon's Web SDK with --web-sdk FILE: the stand-in plays with the emulator only.",
      SEE,
    );
  }
  const stack = await readStack(given);
  const config = await pageFor(stack, given);
  const origin = `http://localhost:${port}`;
  await requireOrigin(config.api, origin);
  const server = await startConsole({ port, host: 'localhost', config, webSdk }).catch(
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
  const stop = interruption('Ending the session ...');
  let shown = '';
  const tell = (step: Step) => {
    if (asJson) return;
    // A step that caused nothing leaves the timeline of the one before.
    const timeline = JSON.stringify(step.timeline);
    const lines = stepLines(timeline === shown ? { ...step, timeline: [] } : step);
    shown = timeline;
    for (const line of lines) printResult(line);
  };
  const steps = await playWithoutHands({ url, token, darkSeconds: dark, headed }, tell, stop);
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
      '\nOpen it, sign in, start a session, and disconnect the network. Ctrl-C stops the page, not a session.',
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return EXIT.done;
  } finally {
    await opened.close();
  }
}

await runCommand(readArguments, play);
