import type { Settings } from '../../infra/settings/settings.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { checkAccessLog } from './access-log.ts';
import type { Clocks } from './clocks.ts';
import type { Addresses } from './deployment.ts';
import { type Finding, unknown } from './finding.ts';
import type { Hints } from './hints.ts';
import { checkPlayerRoutes, requestIdOf } from './player-routes.ts';
import { checkToken, type TokenRequirements } from './token.ts';
import type { TimedResponse } from './unsigned-fetch.ts';

/** Claims of a token against the settings' own provider, else against the deployed one: a Cognito pool has no name before. */
function requirements(
  { identity }: Settings,
  { issuer, audience, scope }: Addresses,
): TokenRequirements | undefined {
  if (!('cognito' in identity)) return identity;
  if (issuer === undefined || audience === undefined || scope === undefined) return undefined;
  return { issuer, audience, scope };
}

/**
 * Checks what a player's token shows: its claims, the routes that it opens, and their access log lines.
 * @param place where the access log is. Undefined: it cannot be read
 */
export async function checkPlayer(
  token: string,
  settings: Settings,
  addresses: Addresses,
  {
    place,
    unauthorized,
    aheadMs = 0,
    ...context
  }: {
    place: { signer: Signer; stackName: string } | undefined;
    unauthorized: TimedResponse | undefined;
    aheadMs: number | undefined;
    hints: Hints;
    clocks: Clocks;
  },
): Promise<Finding[]> {
  const { clocks } = context;
  const since = clocks.now();
  const required = requirements(settings, addresses);
  const claims =
    required === undefined
      ? [
          unknown(
            'token',
            'cannot be compared: the Cognito pool is not deployed',
            'deploy first, then run the doctor again',
          ),
        ]
      : checkToken(token, required, { userId: settings.userId, now: since - aheadMs });
  if (addresses.api === undefined) {
    const says = 'are not called: no address of the player API is known';
    return [...claims, unknown('player routes', says, 'deploy first, or repair the problem above')];
  }
  const { findings, answered } = await checkPlayerRoutes(addresses.api, token, settings, context);
  if (place === undefined) return [...claims, ...findings];
  const requestId = unauthorized === undefined ? undefined : requestIdOf(unauthorized);
  const refused =
    requestId === undefined ? [] : [{ what: 'without a token', requestId, status: 401, byFunction: false }];
  const log = await checkAccessLog(
    place.signer,
    place.stackName,
    { answered: [...refused, ...answered], since },
    context,
  );
  return [...claims, ...findings, ...log];
}
