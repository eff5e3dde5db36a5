import { join } from 'node:path';
import type { Settings } from '../infra/settings.ts';
import { type Endpoints, readEndpoints } from '../local/endpoints.ts';
import type { Signer } from '../operator/signed-fetch.ts';
import { createSigner } from '../operator/signer.ts';
import type { Arguments } from './arguments.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import { checkDeployment, findDeployment } from './deployed.ts';
import { type Finding, ok, problem } from './finding.ts';
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
  const { local, players } = given;
  const place = given.directory ?? join(import.meta.dirname, '..', '.local');
  const endpoints = local ? readEndpoints(place) : undefined;
  // The local deployment keeps the settings that it was synthesized with, which are not quite the deployer's.
  const file = endpoints ? join(place, 'settings.json') : given.settings;
  const { settings, findings } = checkSettings(file, directory);
  if (settings === undefined) return findings;
  findings.push(...checkStorm(settings, players));
  return [...findings, ...(endpoints ? await here(settings, endpoints) : await inAws(settings, given))];
}

async function inAws(settings: Settings, { region, profile }: Arguments): Promise<Finding[]> {
  let signer: Signer;
  try {
    signer = await createSigner({ region, profile });
  } catch (error) {
    const todo = 'docs/deploy.md says where the stack may be';
    return [problem('Region', (error as Error).message.replace(/\.$/, ''), todo)];
  }
  const { works, findings } = await checkCredentials(signer, settings);
  if (!works) return [...findings, ...(await checkDeployment({}, settings))];
  const [quotas, concurrency, groups, deployment] = await Promise.all([
    checkQuotas(signer, settings),
    checkConcurrency(signer, settings),
    checkStreamGroups(signer, settings, { now: Date.now() }),
    findDeployment(signer, settings),
  ]);
  const deployed = await checkDeployment(deployment.addresses, settings);
  return [...findings, ...quotas, ...concurrency, ...groups, ...deployment.findings, ...deployed];
}

/** The same of the deployment on this machine, as far as there is an AWS here: no STS, Service Quotas or CloudFormation. */
async function here(settings: Settings, endpoints: Endpoints): Promise<Finding[]> {
  const { api, operatorApi, identity, gameLiftStreams, publisher, region } = endpoints;
  const signer = { region, credentials: publisher };
  const [groups, deployed] = await Promise.all([
    checkStreamGroups(signer, settings, { endpoint: gameLiftStreams, now: Date.now() }),
    checkDeployment({ api, operatorApi: operatorApi ?? undefined, issuer: identity }, settings),
  ]);
  const running = ok('local deployment', 'is running; it has no credentials, quotas and stacks to look at');
  return [running, ...groups, ...deployed];
}
