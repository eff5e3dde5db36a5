/** Rules that hold between settings. They read the raw input, so that they speak even when something else is wrong. */

import { type Problem, valueAt } from './errors.ts';

const defaultConnectionTimeout = 120;
const defaultSessionLength = 43_200;
const defaultQuota = 20;
const defaultShells = 30;

function streamGroupProblems(input: unknown): Problem[] {
  const groups = valueAt(input, ['streamGroups']);
  if (!Array.isArray(groups)) return [];
  const seen = new Map<unknown, number>();
  return groups.flatMap((group: unknown, at) => {
    const problems: Problem[] = [];
    const id = valueAt(group, ['id']);
    const first = seen.get(id);
    if (first !== undefined && typeof id === 'string') {
      problems.push({
        path: ['streamGroups', at, 'id'],
        allowed: `each stream group once: streamGroups[${first}] has this id already`,
      });
    }
    if (first === undefined) seen.set(id, at);
    const timeout = valueAt(group, ['connectionTimeoutSeconds']) ?? defaultConnectionTimeout;
    const length = valueAt(group, ['sessionLengthSeconds']) ?? defaultSessionLength;
    if (typeof timeout === 'number' && typeof length === 'number' && length >= 1 && timeout > length) {
      problems.push({
        path: ['streamGroups', at, 'connectionTimeoutSeconds'],
        allowed: `at most the session's length, sessionLengthSeconds: ${length} (the default is ${defaultConnectionTimeout})`,
      });
    }
    return problems;
  });
}

function identityProblems(input: unknown): Problem[] {
  const identity = valueAt(input, ['identity']);
  if (identity === null || typeof identity !== 'object') return [];
  const names = Object.keys(identity);
  const oidc = names.filter((name) => ['issuer', 'audience', 'scope'].includes(name));
  if (names.includes('cognito')) {
    if (oidc.length === 0) return [];
    return [
      {
        path: ['identity'],
        allowed: 'either "cognito", or "issuer", "audience" and "scope" of an existing provider',
      },
    ];
  }
  if (oidc.length === 0) {
    return [{ path: ['identity'], allowed: 'either "issuer" and "audience", or "cognito": {}' }];
  }
  const problems: Problem[] = [];
  if (!names.includes('issuer'))
    problems.push({ path: ['identity', 'issuer'], allowed: 'the provider\'s "iss"' });
  if (!names.includes('audience')) {
    problems.push({ path: ['identity', 'audience'], allowed: 'a list of the tokens\' "aud" or "client_id"' });
  }
  return problems;
}

function domainProblems(input: unknown): Problem[] {
  const name = valueAt(input, ['domain', 'name']);
  const zone = valueAt(input, ['domain', 'hostedZone', 'name']);
  if (typeof name !== 'string' || typeof zone !== 'string') return [];
  if (name === zone || name.endsWith(`.${zone}`)) return [];
  const allowed = `the zone that domain.name ${JSON.stringify(name)} lies in, or leave domain.hostedZone out`;
  return [{ path: ['domain', 'hostedZone', 'name'], allowed }];
}

/**
 * Data that is to be kept is production, and there plain http has no place, not even on loopback: a page that anybody
 * on a developer's machine can serve must not be able to use a player's token. Cognito's return addresses are exempt,
 * because a code that reaches the wrong page is worthless without its verifier (RFC 8252, section 8.1).
 */
function productionProblems(input: unknown): Problem[] {
  if ((valueAt(input, ['removalPolicy']) ?? 'retain') !== 'retain') return [];
  const origins = valueAt(input, ['webOrigins']);
  const paths = [
    ['identity', 'issuer'],
    ...(Array.isArray(origins) ? origins.map((_, at) => ['webOrigins', at]) : []),
  ];
  const plain = (value: unknown) => typeof value === 'string' && value.startsWith('http://');
  return paths
    .filter((path) => plain(valueAt(input, path)))
    .map((path) => ({
      path,
      allowed:
        'an https address, for removalPolicy is "retain"; http://localhost is for "removalPolicy": "destroy"',
    }));
}

/** The part of a quota that one player may use, by the budget that limits the player. */
const quotaOf = {
  connectionsPerMinute: 'CreateStreamSessionConnection',
  startsPerMinute: 'StartStreamSession',
} as const;

/** A budget of one player's that is larger than everybody's together limits nobody. */
function limitProblems(input: unknown): Problem[] {
  return Object.entries(quotaOf).flatMap(([limit, quota]) => {
    const path = ['limits', limit];
    const own = valueAt(input, path);
    const shared = valueAt(input, ['quotas', quota]) ?? defaultQuota;
    if (typeof own !== 'number' || typeof shared !== 'number' || own <= shared * 60) return [];
    const allowed = `at most the ${shared * 60} that quotas.${quota}, ${shared} a second, grants all players together`;
    return [{ path, allowed }];
  });
}

/** The operator API's stack is named after the player API's, and CloudFormation ends at 128 characters. */
const longestStackName = 128 - 'Operator'.length;

function operatorProblems(input: unknown): Problem[] {
  const problems: Problem[] = [];
  const stackName = valueAt(input, ['stackName']);
  if (valueAt(input, ['operators']) !== undefined && typeof stackName === 'string') {
    const allowed = `at most ${longestStackName} characters, for with operators there is a stack of this name with "Operator" behind it`;
    if (stackName.length > longestStackName) problems.push({ path: ['stackName'], allowed });
  }
  const path = (name: string) => ['adminShell', name];
  const all = valueAt(input, path('perMinute'));
  const one = valueAt(input, path('perOperatorPerMinute'));
  const together = all ?? defaultShells;
  const quota = valueAt(input, ['quotas', 'CreateStreamSessionAdminShell']) ?? defaultQuota;
  if (typeof one === 'number' && typeof together === 'number' && together >= 1 && one > together) {
    const allowed = `at most the ${together} that adminShell.perMinute grants all operators together`;
    problems.push({ path: path('perOperatorPerMinute'), allowed });
  }
  if (typeof all === 'number' && typeof quota === 'number' && quota >= 1 && all > quota * 60) {
    const allowed = `at most the ${quota * 60} that quotas.CreateStreamSessionAdminShell, ${quota} a second, grants`;
    problems.push({ path: path('perMinute'), allowed });
  }
  return problems;
}

/** Everything that is wrong between settings which are each fine alone. */
export function problemsTogether(input: unknown): Problem[] {
  return [
    ...streamGroupProblems(input),
    ...identityProblems(input),
    ...domainProblems(input),
    ...productionProblems(input),
    ...limitProblems(input),
    ...operatorProblems(input),
  ];
}
