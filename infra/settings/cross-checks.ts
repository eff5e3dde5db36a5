/** Rules between settings. They read the raw input, so that they also report when another setting is wrong. */
import { type InvalidSetting, valueAt } from './errors.ts';
import { invalidRegions } from './region-checks.ts';
import { defaultConnectionTimeout, defaultSessionLength, hasToken } from './rules.ts';
import { invalidStart } from './start-checks.ts';

const defaultQuota = 20;
const defaultTokenMinutes = 60;
const defaultRefreshHours = 720;
const defaultShells = 30;

function invalidStreamGroups(input: unknown): InvalidSetting[] {
  const groups = valueAt(input, ['streamGroups']);
  if (!Array.isArray(groups)) return [];
  const seen = new Map<unknown, number>();
  return groups.flatMap((group: unknown, at) => {
    const invalid: InvalidSetting[] = [];
    const id = valueAt(group, ['id']);
    const first = seen.get(id);
    if (first !== undefined && typeof id === 'string') {
      invalid.push({
        path: ['streamGroups', at, 'id'],
        allowed: `each stream group once: streamGroups[${first}] has this id already`,
      });
    }
    if (first === undefined) seen.set(id, at);
    const timeout = valueAt(group, ['connectionTimeoutSeconds']) ?? defaultConnectionTimeout;
    const length = valueAt(group, ['sessionLengthSeconds']) ?? defaultSessionLength;
    if (typeof timeout === 'number' && typeof length === 'number' && length >= 1 && timeout > length) {
      invalid.push({
        path: ['streamGroups', at, 'connectionTimeoutSeconds'],
        allowed: `at most the session's length, sessionLengthSeconds: ${length} (the default is ${defaultConnectionTimeout})`,
      });
    }
    return invalid;
  });
}

function invalidIdentity(input: unknown): InvalidSetting[] {
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
  const invalid: InvalidSetting[] = [];
  if (!names.includes('issuer'))
    invalid.push({ path: ['identity', 'issuer'], allowed: 'the provider\'s "iss"' });
  if (!names.includes('audience')) {
    invalid.push({ path: ['identity', 'audience'], allowed: 'a list of the tokens\' "aud" or "client_id"' });
  }
  return invalid;
}

/** Rules of Cognito between its settings. It refuses them too, in the middle of a deployment. */
function invalidCognito(input: unknown): InvalidSetting[] {
  const at = (...names: string[]) => ['identity', 'cognito', ...names];
  const value = (...names: string[]) => valueAt(input, at(...names));
  const invalid: InvalidSetting[] = [];
  if (value('threatProtection') !== undefined && value('plan') !== 'PLUS') {
    const allowed = '"plan": "PLUS" beside it, or leave threatProtection out: no other plan has it';
    invalid.push({ path: at('threatProtection'), allowed });
  }
  const [from, domain] = [value('email', 'from'), value('email', 'sesDomain')];
  const known = typeof from === 'string' && typeof domain === 'string' && ![from, domain].some(hasToken);
  if (known && from.split('@').at(-1) !== domain) {
    const allowed = `the domain of identity.cognito.email.from, ${JSON.stringify(from)}, or leave sesDomain out if SES has verified the address itself`;
    invalid.push({ path: at('email', 'sesDomain'), allowed });
  }
  const refresh = value('tokens', 'refreshHours') ?? defaultRefreshHours;
  for (const name of ['accessMinutes', 'idMinutes']) {
    const minutes = value('tokens', name) ?? defaultTokenMinutes;
    if (typeof minutes !== 'number' || typeof refresh !== 'number' || minutes <= refresh * 60) continue;
    const allowed = `at most ${refresh * 60}, for refreshHours is ${refresh}: no token outlives the refresh token`;
    invalid.push({ path: at('tokens', name), allowed });
  }
  return invalid;
}

function invalidDomain(input: unknown): InvalidSetting[] {
  const name = valueAt(input, ['domain', 'name']);
  const zone = valueAt(input, ['domain', 'hostedZone', 'name']);
  if (typeof name !== 'string' || typeof zone !== 'string' || [name, zone].some(hasToken)) return [];
  if (name === zone || name.endsWith(`.${zone}`)) return [];
  const allowed = `the zone that domain.name ${JSON.stringify(name)} lies in, or leave domain.hostedZone out`;
  return [{ path: ['domain', 'hostedZone', 'name'], allowed }];
}

/**
 * With removalPolicy "retain" the deployment is production, and plain http is not allowed, not even on loopback: a page that
 * anybody on a developer's machine can serve must not be able to use a player's token. Cognito's callback URLs are exempt: an
 * authorization code that reaches the wrong page is worthless without its verifier (RFC 8252, section 8.1).
 */
function plainHttpInProduction(input: unknown): InvalidSetting[] {
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

/** The quota that each per-player rate limit draws on. */
const quotaOfLimit = {
  connectionsPerMinute: 'CreateStreamSessionConnection',
  startsPerMinute: 'StartStreamSession',
} as const;

/** A per-player limit above the quota of all players together limits nobody. */
function limitsAboveQuotas(input: unknown): InvalidSetting[] {
  return Object.entries(quotaOfLimit).flatMap(([limit, quota]) => {
    const path = ['limits', limit];
    const own = valueAt(input, path);
    const shared = valueAt(input, ['quotas', quota]) ?? defaultQuota;
    if (typeof own !== 'number' || typeof shared !== 'number' || own <= shared * 60) return [];
    const allowed = `at most the ${shared * 60} that quotas.${quota}, ${shared} a second, grants all players together`;
    return [{ path, allowed }];
  });
}

function invalidOperators(input: unknown): InvalidSetting[] {
  const invalid: InvalidSetting[] = [];
  const path = (name: string) => ['adminShell', name];
  const all = valueAt(input, path('perMinute'));
  const one = valueAt(input, path('perOperatorPerMinute'));
  const together = all ?? defaultShells;
  const quota = valueAt(input, ['quotas', 'CreateStreamSessionAdminShell']) ?? defaultQuota;
  if (typeof one === 'number' && typeof together === 'number' && together >= 1 && one > together) {
    const allowed = `at most the ${together} that adminShell.perMinute grants all operators together`;
    invalid.push({ path: path('perOperatorPerMinute'), allowed });
  }
  if (typeof all === 'number' && typeof quota === 'number' && quota >= 1 && all > quota * 60) {
    const allowed = `at most the ${quota * 60} that quotas.CreateStreamSessionAdminShell, ${quota} a second, grants`;
    invalid.push({ path: path('perMinute'), allowed });
  }
  return invalid;
}

/** SHA-256 of nothing: a header that is missing would pass. */
const digestOfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Without its default address an API needs another one. */
function invalidEdge(input: unknown): InvalidSetting[] {
  const invalid: InvalidSetting[] = [];
  if (valueAt(input, ['edge', 'defaultAddress']) === false && valueAt(input, ['domain']) === undefined) {
    const allowed = 'true, or "domain" beside it: the proxy needs an address to send requests to';
    invalid.push({ path: ['edge', 'defaultAddress'], allowed });
  }
  const digests = valueAt(input, ['edge', 'secretSha256']);
  if (Array.isArray(digests) && digests.includes(digestOfNothing)) {
    const allowed =
      'the digest of a secret: this one is of empty text, which every request without the header would pass';
    invalid.push({ path: ['edge', 'secretSha256', digests.indexOf(digestOfNothing)], allowed });
  }
  return invalid;
}

/** Lambda refuses provisioned concurrency above the reserved concurrency of its function, in the middle of a deployment. */
function provisionedAboveReserved(input: unknown): InvalidSetting[] {
  const path = ['provisionedConcurrency', 'reconnect'];
  const provisioned = valueAt(input, path);
  const reserved = valueAt(input, ['reservedConcurrency', 'reconnect']);
  if (typeof provisioned !== 'number' || typeof reserved !== 'number') return [];
  if (reserved <= 0 || provisioned <= reserved) return [];
  const allowed = `at most the ${reserved} of reservedConcurrency.reconnect, or leave that out`;
  return [{ path, allowed }];
}

/** Finds settings that are valid alone and invalid together. */
export function crossCheck(input: unknown): InvalidSetting[] {
  return [
    ...invalidStreamGroups(input),
    ...invalidRegions(input),
    ...invalidIdentity(input),
    ...invalidCognito(input),
    ...invalidDomain(input),
    ...plainHttpInProduction(input),
    ...limitsAboveQuotas(input),
    ...invalidOperators(input),
    ...invalidStart(input),
    ...provisionedAboveReserved(input),
    ...invalidEdge(input),
  ];
}
