/** Asks GameLift Streams what AWS does not document: `npm run conformance -- --help`. */
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { GameLiftStreamsClient, GetStreamGroupCommand } from '@aws-sdk/client-gameliftstreams';
import { DEFAULT_SETTINGS, mergeSettings, type Settings } from '../../emulator/model/settings.ts';
import { createSigner } from '../aws/signer.ts';
import { usageFailure } from '../cli/arguments.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { json, printError, printProgress, printResult } from '../cli/print.ts';
import { runProgram } from '../cli/program.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { openClient } from './browser.ts';
import { createCalls } from './calls.ts';
import { type Observation, settingsOf } from './observations.ts';
import { table } from './report.ts';
import { converse } from './script.ts';

const SEE = 'npm run conformance -- --help';

/** Where the session is started, and what the emulator is set to. */
interface Place {
  aws: GameLiftStreamsClient;
  region: string;
  streamGroup: string;
  application: string;
  emulator: Settings;
}

async function localPlace({ directory }: Arguments): Promise<Place> {
  const { gameLiftStreams, region, streamGroupId, application, publisher } = localEndpoints(
    localDirectory(directory),
  );
  const settings = await (await fetch(`${gameLiftStreams}/_emulator/settings`)).json();
  return {
    aws: new GameLiftStreamsClient({ region, endpoint: gameLiftStreams, credentials: publisher }),
    region,
    streamGroup: streamGroupId,
    application,
    emulator: mergeSettings(DEFAULT_SETTINGS, settings),
  };
}

/** @throws Failure that says what is wrong with the stream group, the Region or the credentials */
async function place({ region, profile, streamGroup = '', application }: Arguments): Promise<Place> {
  const signer = await createSigner({ region, profile });
  const aws = new GameLiftStreamsClient({ region: signer.region, credentials: signer.credentials });
  try {
    const group = await aws.send(new GetStreamGroupCommand({ Identifier: streamGroup }));
    if (group.Status !== 'ACTIVE') throw new Error(`it is ${group.Status}, and must be ACTIVE`);
    const chosen = application ?? group.DefaultApplication?.Arn;
    if (chosen === undefined) throw new Error('it has no default application: give --application');
    return { aws, region: signer.region, streamGroup, application: chosen, emulator: DEFAULT_SETTINGS };
  } catch (error) {
    throw new Failure(
      `Stream group ${streamGroup} in ${signer.region} cannot be used (${(error as Error).message}).`,
      EXIT.failed,
      { cause: error },
    );
  }
}

/** @throws Failure unless the person agrees to the costs */
async function agree({ streamGroup, region }: Place): Promise<void> {
  const costs = `This starts one stream session in ${streamGroup} (${region}) for about five minutes, twenty at most. AWS charges for it by the group's stream class, and Rejoin does not know your prices.`;
  if (!process.stdin.isTTY) throw usageFailure(`${costs} Give --yes to agree.`, SEE);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${costs} Go on? (yes/no) `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was started.', EXIT.failed);
  } finally {
    terminal.close();
  }
}

async function ask(given: Arguments): Promise<number> {
  const { webSdk, output, losses, watchEnded, headed } = given;
  if (webSdk !== undefined && !existsSync(resolve(webSdk)))
    throw usageFailure(`--web-sdk names ${webSdk}: there is no such file.`, SEE);
  const where = await (given.local ? localPlace(given) : place(given));
  if (!given.local && !given.yes) await agree(where);
  const stop = new AbortController();
  const interrupt = () => {
    // Who presses Ctrl-C twice does not want to wait.
    if (stop.signal.aborted) process.exit(EXIT.failed);
    printProgress('Stopping ...');
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  const name = randomUUID();
  const observations: Observation[] = [];
  const browser = await openClient(webSdk === undefined ? undefined : resolve(webSdk), headed);
  let failure: Error | undefined;
  try {
    await converse({
      ...browser,
      calls: createCalls(where.aws, where, name),
      name,
      losses,
      watchEndedSeconds: watchEnded,
      progress: (line) => printProgress(`${line} ...`),
      observed: (observation) => void observations.push(observation),
      stop: stop.signal,
    });
  } catch (error) {
    failure = error as Error;
  } finally {
    await browser.close();
    where.aws.destroy();
  }
  const result = {
    measuredAt: new Date().toISOString(),
    region: where.region,
    complete: failure === undefined,
    settings: settingsOf(observations),
    observations,
  };
  if (given.json) printResult(json(result));
  else for (const line of table(observations, where.emulator)) printResult(line);
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  printProgress(`${output} makes the emulator do the same: npm start -- --as ${output}`);
  if (failure !== undefined)
    throw new Failure(`The run did not reach its end: ${failure.message}`, EXIT.failed);
  return EXIT.done;
}

await runProgram(async (argv) => {
  try {
    const given = readArguments(argv);
    if (!('help' in given)) return await ask(given);
    printResult(given.help);
    return EXIT.done;
  } catch (error) {
    printError((error as Error).message);
    return error instanceof Failure ? error.exitCode : EXIT.failed;
  }
});
