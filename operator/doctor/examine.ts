import { join } from 'node:path';
import type { Settings } from '../../infra/settings/settings.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { checkAlarmTopic } from './alarm-topic.ts';
import type { Arguments } from './arguments.ts';
import { checkRate } from './capacity.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import { checkDeployment, checkStack, findDeployment } from './deployment.ts';
import { type Finding, ok, problem } from './finding.ts';
import { createHints, type Hints } from './hints.ts';
import { checkQuotas } from './quotas.ts';
import { checkSettings } from './settings.ts';
import { checkStorm } from './storm.ts';
import { checkStreamGroups } from './stream-groups.ts';

/**
 * Checks everything, in the order in which a deployer would have to repair it.
 * @param directory where relative paths start, and cdk.json is
 * @throws Failure in one sentence if `--local` is given and no local deployment runs
 */
export async function examine(given: Arguments, directory: string): Promise<Finding[]> {
  const { local } = given;
  const hints = createHints(given);
  const localFiles = localDirectory(given.directory);
  const endpoints = local ? localEndpoints(localFiles) : undefined;
  // The local deployment is synthesized with settings that differ a little from the deployer's. It keeps them in a file.
  const file = endpoints ? join(localFiles, 'settings.json') : given.settings;
  const { settings, findings } = checkSettings(file, directory, { local });
  if (settings === undefined) return findings;
  const players = given.players ?? settings.expectedPlayers;
  findings.push(...checkStorm(settings, players), checkRate(settings, players));
  const deployed = endpoints
    ? await checkLocal(settings, endpoints, hints)
    : await checkAws(settings, { ...given, players }, hints);
  return [...findings, ...deployed];
}

async function checkAws(
  settings: Settings,
  { region, profile, players }: Arguments,
  hints: Hints,
): Promise<Finding[]> {
  let signer: Signer;
  try {
    signer = await createSigner({ region, profile });
  } catch (error) {
    const todo = 'docs/deploy.md says where the stack may be';
    const noRegion = problem('Region', (error as Error).message.replace(/\.$/, ''), todo);
    return [{ ...noRegion, hides: 'everything in the account' }];
  }
  const { works, findings } = await checkCredentials(signer, settings);
  if (!works) return [...findings, ...(await checkDeployment({}, settings, hints))];
  const now = Date.now();
  const [quotas, concurrency, groups, topic, deployment] = await Promise.all([
    checkQuotas(signer, settings),
    checkConcurrency(signer, settings, players),
    checkStreamGroups(signer, settings, { now, hints }),
    checkAlarmTopic(signer, settings, hints),
    findDeployment(signer, settings, hints),
  ]);
  const [stacks, deployed] = await Promise.all([
    Promise.all(deployment.stacks.map((name) => checkStack(signer, name, settings, { hints, now }))),
    checkDeployment(deployment.addresses, settings, hints),
  ]);
  return [
    ...findings,
    ...quotas,
    ...concurrency,
    ...groups,
    ...topic,
    ...deployment.findings,
    ...stacks.flat(),
    ...deployed,
  ];
}

/** Checks the local deployment. The first finding names what this machine has no counterpart of. */
async function checkLocal(settings: Settings, endpoints: Endpoints, hints: Hints): Promise<Finding[]> {
  const { api, operatorApi, identity, gameLiftStreams, publisher, region } = endpoints;
  const signer = { region, credentials: publisher };
  const [groups, deployed] = await Promise.all([
    checkStreamGroups(signer, settings, { endpoint: gameLiftStreams, now: Date.now(), hints }),
    checkDeployment({ api, operatorApi: operatorApi ?? undefined, issuer: identity }, settings, hints),
  ]);
  const running = ok(
    'local deployment',
    'is running; it has no credentials, quotas, stacks, alarms and metrics to look at',
  );
  return [running, ...groups, ...deployed];
}
