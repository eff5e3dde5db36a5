import { join } from 'node:path';
import type { Settings } from '../../infra/settings/settings.ts';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { checkAlarmTopic } from './alarm-topic.ts';
import type { Arguments } from './arguments.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import { checkRate } from './crowd.ts';
import { checkDeployment, checkStack, findDeployment } from './deployed.ts';
import { type Finding, ok, problem } from './finding.ts';
import { createHints, type Hints } from './hints.ts';
import { checkQuotas } from './quotas.ts';
import { checkSettings } from './settings.ts';
import { checkStorm } from './storm.ts';
import { checkStreamGroups } from './stream-groups.ts';

/**
 * Looks at everything, in the order in which a deployer would have to mend it.
 * @param directory where relative paths start, and cdk.json is.
 * @throws Error in one sentence where the local deployment is asked for and not running
 */
export async function examine(given: Arguments, directory: string): Promise<Finding[]> {
  const { local } = given;
  const hints = createHints(given);
  const place = given.directory ?? join(import.meta.dirname, '..', '..', '.local');
  const endpoints = local ? readEndpoints(place) : undefined;
  // The local deployment keeps the settings that it was synthesized with, which are not quite the deployer's.
  const file = endpoints ? join(place, 'settings.json') : given.settings;
  const { settings, findings } = checkSettings(file, directory, { local });
  if (settings === undefined) return findings;
  const players = given.players ?? settings.expectedPlayers;
  findings.push(...checkStorm(settings, players), checkRate(settings, players));
  const looked = endpoints
    ? await here(settings, endpoints, hints)
    : await inAws(settings, { ...given, players }, hints);
  return [...findings, ...looked];
}

async function inAws(
  settings: Settings,
  { region, profile, players }: Arguments,
  hints: Hints,
): Promise<Finding[]> {
  let signer: Signer;
  try {
    signer = await createSigner({ region, profile });
  } catch (error) {
    const todo = 'docs/deploy.md says where the stack may be';
    const none = problem('Region', (error as Error).message.replace(/\.$/, ''), todo);
    return [{ ...none, hides: 'everything in the account' }];
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

/** The same of the deployment on this machine, as far as there is an AWS here: what is named below is not. */
async function here(settings: Settings, endpoints: Endpoints, hints: Hints): Promise<Finding[]> {
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
