/** Asks GameLift Streams what AWS does not document: `npm run conformance -- --help`. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { GameLiftStreamsClient, GetStreamGroupCommand } from '@aws-sdk/client-gameliftstreams';
import { DEFAULT_SETTINGS, mergeSettings, type Settings } from '../../emulator/model/settings.ts';
import { asFailure, clientConfig } from '../aws/client.ts';
import { failureReason } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { usageFailure } from '../cli/arguments.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { json, printProgress, printResult } from '../cli/print.ts';
import { interruption, runCommand } from '../cli/program.ts';
import { webSdkFile } from '../play/web-sdk-file.ts';
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
  const aws = new GameLiftStreamsClient(clientConfig(signer));
  try {
    const group = await aws.send(new GetStreamGroupCommand({ Identifier: streamGroup }));
    if (group.Status !== 'ACTIVE')
      throw new Failure(`it is ${group.Status}, and must be ACTIVE`, EXIT.failed);
    const chosen = application ?? group.DefaultApplication?.Arn;
    if (chosen === undefined)
      throw new Failure('it has no default application: give --application', EXIT.failed);
    return { aws, region: signer.region, streamGroup, application: chosen, emulator: DEFAULT_SETTINGS };
  } catch (error) {
    throw new Failure(
      `Stream group ${streamGroup} in ${signer.region} cannot be used (${failureReason(asFailure(error))}).`,
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
  const { output, losses, watchEnded, headed } = given;
  const webSdk = webSdkFile(given.webSdk, SEE);
  const where = await (given.local ? localPlace(given) : place(given));
  if (!given.local && !given.yes) await agree(where);
  const stop = interruption('Stopping ...');
  const name = randomUUID();
  const observations: Observation[] = [];
  const browser = await openClient(webSdk, headed);
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
      stop,
    });
  } catch (error) {
    failure = asFailure(error) as Error;
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
  if (failure !== undefined) throw new Failure(`The run did not finish: ${failure.message}`, EXIT.failed);
  return EXIT.done;
}

await runCommand(readArguments, ask);
