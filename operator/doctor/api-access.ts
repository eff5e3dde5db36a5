import { OPERATOR_ROUTES, OWN_SESSIONS, pathWith } from '../../contract/routes.ts';
import type { Clocks } from './clocks.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';
import type { Hints } from './hints.ts';
import { type TimedResponse, unsignedFetch } from './unsigned-fetch.ts';

/** Routes that only read the table, in case the API does not refuse the request. */
const PLAYER_PATH = OWN_SESSIONS;
const OPERATOR_PATH = pathWith(OPERATOR_ROUTES['operator-sessions'].path, { playerId: 'doctor' });
/** The methods and headers that the client library needs. */
const METHODS = ['GET', 'POST', 'DELETE'];
const HEADERS = ['authorization', 'content-type', 'idempotency-key'];
/** A reserved name that no page can have. */
const FOREIGN_ORIGIN = 'https://rejoin-doctor.invalid';

/**
 * Checks that an API answers, and refuses a request without a token or signature.
 * @param refusal the status for such a request: 401 by the player API, 403 by the operator API
 */
export async function checkApiAccess(
  subject: string,
  url: string,
  refusal: 401 | 403,
  { hints: { deploy }, clocks, hasToken }: { hints: Hints; clocks: Clocks; hasToken: boolean },
): Promise<{ finding: Finding; response: TimedResponse | undefined }> {
  const path = refusal === 401 ? PLAYER_PATH : OPERATOR_PATH;
  const response = await unsignedFetch(`${url}${path}`, clocks);
  return {
    finding: accessFinding(subject, url, { refusal, response, deploy, hasToken }),
    response: typeof response === 'string' ? undefined : response,
  };
}

function accessFinding(
  subject: string,
  url: string,
  {
    refusal,
    response,
    deploy,
    hasToken,
  }: { refusal: 401 | 403; response: TimedResponse | string; deploy: string; hasToken: boolean },
): Finding {
  if (typeof response === 'string') {
    const todo =
      'with a domain of your own, its record must lead to the output DomainTarget; else check the network';
    return problem(subject, `${url} cannot be reached (${response})`, todo);
  }
  if (response.status === refusal) {
    const without = refusal === 401 ? 'a token' : 'a signature';
    const says = `${url} answers, and refuses requests without ${without}`;
    if (refusal === 403) return ok(subject, says, "an operator's request");
    return ok(subject, says, hasToken ? undefined : "a request with a player's token");
  }
  if (response.status === 429) {
    const says = `${url} refuses requests at the moment (429): "throttling" in the settings, or the account's rate, is used up`;
    return unknown(subject, says, 'see in its access log who calls, and run the doctor again in a minute');
  }
  if (response.status >= 500) {
    const says = `${url} answers ${response.status}: API Gateway, or the proxy before it, fails`;
    return problem(
      subject,
      says,
      'run the doctor again in a minute; if it stays so, see https://health.aws.amazon.com/',
    );
  }
  if (response.status === 200) {
    return problem(
      subject,
      `${url} answers strangers`,
      `take it off the internet and find out why; then deploy again: ${deploy}`,
    );
  }
  return problem(
    subject,
    `${url} answers ${response.status} instead of ${refusal}: it is not Rejoin's`,
    `deploy again: ${deploy}`,
  );
}

const listOf = (headers: Headers, name: string) =>
  (headers.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());

/** What a browser asks before a page of that origin may call the API. @returns the reason if there is no response */
export function preflight(url: string, origin: string, clocks: Clocks) {
  return unsignedFetch(`${url}${PLAYER_PATH}`, clocks, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': HEADERS.join(','),
    },
  });
}

/** Checks that pages of the settings' web origins may call the API from a browser, and others may not. */
export async function checkCors(
  url: string,
  origins: readonly string[],
  { hints: { deploy }, clocks }: { hints: Hints; clocks: Clocks },
): Promise<Finding[]> {
  if (origins.length === 0) return [];
  const redeploy = `deploy again: ${deploy}`;
  const configured = origins.map(async (origin): Promise<Finding> => {
    const subject = `web origin ${origin}`;
    const response = await preflight(url, origin, clocks);
    if (typeof response === 'string') {
      return problem(
        subject,
        `the API gives a browser no answer (${response})`,
        'check the network, then try again',
      );
    }
    const { headers, status } = response;
    if (status === 429 || status >= 500) {
      return unknown(subject, `the API answers a browser ${status}`, 'run the doctor again in a minute');
    }
    if (headers.get('access-control-allow-origin') !== origin) {
      return problem(subject, 'the API refuses its pages: what is deployed does not list it', redeploy);
    }
    const allowed = [
      ...listOf(headers, 'access-control-allow-methods'),
      ...listOf(headers, 'access-control-allow-headers'),
    ];
    const missing = [...METHODS, ...HEADERS].filter((name) => !allowed.includes(name.toLowerCase()));
    if (missing.length > 0) {
      return problem(subject, `the API does not allow its pages ${missing.join(', ')}`, redeploy);
    }
    return (
      (await checkRefusalCors(url, origin, clocks)) ??
      ok(subject, 'its pages may call the API, and can read a 401')
    );
  });
  const foreign = preflight(url, FOREIGN_ORIGIN, clocks).then((response): Finding[] =>
    typeof response !== 'string' && response.headers.has('access-control-allow-origin')
      ? [problem('web origins', 'pages of any origin may call the API', redeploy)]
      : [],
  );
  return [...(await Promise.all(configured)), ...(await foreign)];
}

/**
 * API Gateway refuses an expired token by itself. Without CORS headers on that answer a browser hides the 401 from the page.
 * @returns undefined if the page can read it
 */
async function checkRefusalCors(url: string, origin: string, clocks: Clocks): Promise<Finding | undefined> {
  const subject = `web origin ${origin}`;
  const response = await unsignedFetch(`${url}${PLAYER_PATH}`, clocks, { headers: { origin } });
  if (typeof response === 'string') {
    return problem(
      subject,
      `the API gives a browser no answer (${response})`,
      'check the network, then try again',
    );
  }
  // Any other status is the finding of the API itself.
  if (response.status !== 401) return undefined;
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed === origin) return undefined;
  const says = `API Gateway's 401 has ${allowed === null ? 'no access-control-allow-origin' : `access-control-allow-origin ${allowed}`}: to a page, an expired token looks like an unreachable API`;
  const todo =
    'nothing for you to repair: the client library gets a fresh token after a few of these; a page without it must do the same';
  return warning(subject, says, todo);
}
