import { join } from 'node:path';
import type { Settings } from '../../infra/settings/settings.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';
import { checkAlarmTopic } from './alarm-topic.ts';
import type { Arguments } from './arguments.ts';
import { checkRate } from './capacity.ts';
import { type Clocks, systemClocks } from './clocks.ts';
import { checkConcurrency } from './concurrency.ts';
import { checkCredentials } from './credentials.ts';
import { type Addresses, checkDeployment, checkStack, findDeployment } from './deployment.ts';
import { type Finding, ok, problem } from './finding.ts';
import { createHints, type Hints } from './hints.ts';
import { checkPlayer } from './player.ts';
import { checkQuotas } from './quotas.ts';
import { checkSettings } from './settings.ts';
import { checkStorm } from './storm.ts';
import { checkStreamGroups } from './stream-groups.ts';

/**
 * Checks everything, in the order in which a deployer would have to repair it.
 * @param directory where relative paths start, and cdk.json is
 * @throws Failure in one sentence if `--local` is given and no local deployment runs
 */
export async function examine(
  given: Arguments,
  directory: string,
  clocks: Clocks = systemClocks,
): Promise<Finding[]> {
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
    ? await checkLocal(settings, endpoints, { hints, clocks, token: given.token })
    : await checkAws(settings, { ...given, players }, { hints, clocks });
  return [...findings, ...deployed];
}

async function checkAws(
  settings: Settings,
  { region, profile, players, token }: Arguments,
  context: { hints: Hints; clocks: Clocks },
): Promise<Finding[]> {
  const { hints, clocks } = context;
  let signer: Signer;
  try {
    signer = await createSigner({ region, profile });
  } catch (error) {
    const todo = 'docs/deploy.md says where the stack may be';
    const noRegion = problem('Region', (error as Error).message.replace(/\.$/, ''), todo);
    return [{ ...noRegion, hides: 'everything in the account' }];
  }
  const { works, findings } = await checkCredentials(signer, settings);
  if (!works) {
    const { findings: reached } = await checkDeployment({}, settings, { ...context, hasToken: false });
    return [...findings, ...reached, ...(await withToken({}, undefined))];
  }
  const now = clocks.now();
  const [quotas, concurrency, groups, topic, deployment] = await Promise.all([
    checkQuotas(signer, settings),
    checkConcurrency(signer, settings, players),
    checkStreamGroups(signer, settings, { now, hints }),
    checkAlarmTopic(signer, settings, hints),
    findDeployment(signer, settings, hints),
  ]);
  const [stacks, deployed] = await Promise.all([
    Promise.all(
      deployment.stacks.map((name) =>
        checkStack(signer, name, settings, { hints, now, hasLambdaMetrics: true }),
      ),
    ),
    checkDeployment(deployment.addresses, settings, { ...context, hasToken: token !== undefined }),
  ]);
  const player = await withToken(deployment.addresses, { signer, stackName: settings.stackName }, deployed);
  return [
    ...findings,
    ...quotas,
    ...concurrency,
    ...groups,
    ...topic,
    ...deployment.findings,
    ...stacks.flat(),
    ...deployed.findings,
    ...player,
  ];

  async function withToken(
    addresses: Addresses,
    place: { signer: Signer; stackName: string } | undefined,
    { unauthorized, aheadMs }: Partial<Awaited<ReturnType<typeof checkDeployment>>> = {},
  ): Promise<Finding[]> {
    if (token === undefined) return [];
    return checkPlayer(token, settings, addresses, { ...context, place, unauthorized, aheadMs });
  }
}

/** Checks the local deployment. The first finding names what this machine has no counterpart of. */
async function checkLocal(
  settings: Settings,
  endpoints: Endpoints,
  { token, ...context }: { token: string | undefined; hints: Hints; clocks: Clocks },
): Promise<Finding[]> {
  const { api, operatorApi, identity, gameLiftStreams, region, aws, deployer } = endpoints;
  const { hints, clocks } = context;
  const signer = { region, credentials: deployer, endpoint: aws };
  const now = clocks.now();
  const [groups, deployment] = await Promise.all([
    checkStreamGroups({ region, credentials: deployer }, settings, {
      endpoint: gameLiftStreams,
      now,
      hints,
    }),
    findDeployment(signer, settings, hints),
  ]);
  // Known also where the stacks can't be read.
  const addresses = { ...deployment.addresses, api, operatorApi: operatorApi ?? undefined, issuer: identity };
  const [stacks, { findings, ...deployed }] = await Promise.all([
    Promise.all(
      deployment.stacks.map((name) =>
        checkStack(signer, name, settings, { hints, now, hasLambdaMetrics: false }),
      ),
    ),
    checkDeployment(addresses, settings, { ...context, hasToken: token !== undefined }),
  ]);
  const place = { signer, stackName: settings.stackName };
  const player =
    token === undefined
      ? []
      : await checkPlayer(token, settings, addresses, { ...context, ...deployed, place });
  const running = ok(
    'local deployment',
    'is running; it has no credentials, quotas, alarm states and AWS metrics to check',
  );
  return [running, ...groups, ...deployment.findings, ...stacks.flat(), ...findings, ...player];
}
