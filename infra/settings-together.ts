/** Rules that hold between settings. They read the raw input, so that they speak even when something else is wrong. */

import { type Problem, valueAt } from './settings-problems.ts';
import { isDomainPrefix } from './settings-rules.ts';

const defaultConnectionTimeout = 120;
const defaultSessionLength = 43_200;

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

/** Without a prefix of its own the hosted domain is named after the stack and the account: 12 digits and a -. */
function domainProblems(input: unknown): Problem[] {
  const name = valueAt(input, ['stackName']);
  const ownProvider = valueAt(input, ['identity', 'issuer']) !== undefined;
  const prefix = valueAt(input, ['identity', 'cognito', 'domainPrefix']);
  if (ownProvider || prefix !== undefined || typeof name !== 'string') return [];
  if (isDomainPrefix(`${name.toLowerCase()}-123456789012`)) return [];
  const allowed = `a prefix for Cognito's sign-in page: the stack name ${JSON.stringify(name)} cannot be part of one`;
  return [{ path: ['identity', 'cognito', 'domainPrefix'], allowed }];
}

/** Everything that is wrong between settings which are each fine alone. */
export function problemsTogether(input: unknown): Problem[] {
  return [...streamGroupProblems(input), ...identityProblems(input), ...domainProblems(input)];
}
