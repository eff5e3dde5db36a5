import { ask } from './ask.ts';
import { type Finding, ok, problem, unknown } from './finding.ts';
import type { Hints } from './hints.ts';

/** Routes that ask for nothing but the table, should somebody be let in after all. */
const PATH = '/v1/streamsessions';
const OPERATOR_PATH = '/v1/players/doctor/streamsessions';
/** What a page of the client library sends, and what it has to be allowed. */
const METHODS = ['GET', 'POST', 'DELETE'];
const HEADERS = ['authorization', 'content-type', 'idempotency-key'];
/** Reserved: never anybody's page. */
const STRANGER = 'https://rejoin-doctor.invalid';

/** Whether an API is there and its door is shut to whoever comes without a token, or without a signature. */
export async function checkDoor(
  subject: string,
  url: string,
  shut: 401 | 403,
  { deploy }: Hints,
): Promise<Finding> {
  const answer = await ask(`${url}${shut === 401 ? PATH : OPERATOR_PATH}`);
  if (typeof answer === 'string') {
    const todo =
      'with a domain of your own, its record must lead to the output DomainTarget; else check the network';
    return problem(subject, `${url} cannot be reached (${answer})`, todo);
  }
  if (answer.status === shut) {
    const without = shut === 401 ? 'a token' : 'a signature';
    const says = `${url} answers, and refuses whoever comes without ${without}`;
    return ok(subject, says, shut === 401 ? "a request with a player's token" : "an operator's request");
  }
  if (answer.status === 429) {
    const says = `${url} has no room for a question now (429): "throttling" in the settings, or the account's rate, is used up`;
    return unknown(subject, says, 'see in its access log who calls, and ask again in a minute');
  }
  if (answer.status >= 500) {
    const says = `${url} answers ${answer.status}: API Gateway, or what stands before it, is in trouble`;
    return problem(
      subject,
      says,
      'ask again in a minute; if it stays so, see https://health.aws.amazon.com/',
    );
  }
  if (answer.status === 200) {
    return problem(
      subject,
      `${url} answers strangers`,
      `take it off the internet and find out why; then deploy again: ${deploy}`,
    );
  }
  return problem(
    subject,
    `${url} answers ${answer.status} instead of ${shut}: it is not Rejoin's`,
    `deploy again: ${deploy}`,
  );
}

const listed = (headers: Headers, name: string) =>
  (headers.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());

async function preflight(url: string, origin: string) {
  return ask(`${url}${PATH}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': HEADERS.join(','),
    },
  });
}

/** Whether the pages in the settings may call the API from a browser, and others may not. */
export async function checkCors(
  url: string,
  origins: readonly string[],
  { deploy }: Hints,
): Promise<Finding[]> {
  if (origins.length === 0) return [];
  const redeploy = `deploy again: ${deploy}`;
  const own = origins.map(async (origin): Promise<Finding> => {
    const subject = `web origin ${origin}`;
    const answer = await preflight(url, origin);
    if (typeof answer === 'string') {
      return problem(
        subject,
        `the API gives a browser no answer (${answer})`,
        'check the network, then try again',
      );
    }
    const { headers, status } = answer;
    if (status === 429 || status >= 500) {
      return unknown(subject, `the API answers a browser ${status}`, 'ask again in a minute');
    }
    if (headers.get('access-control-allow-origin') !== origin) {
      return problem(subject, 'the API refuses its pages: what is deployed does not list it', redeploy);
    }
    const allowed = [
      ...listed(headers, 'access-control-allow-methods'),
      ...listed(headers, 'access-control-allow-headers'),
    ];
    const missing = [...METHODS, ...HEADERS].filter((name) => !allowed.includes(name.toLowerCase()));
    if (missing.length > 0) {
      return problem(subject, `the API does not allow its pages ${missing.join(', ')}`, redeploy);
    }
    return ok(subject, 'its pages may call the API');
  });
  const other = preflight(url, STRANGER).then((answer): Finding[] =>
    typeof answer !== 'string' && answer.headers.has('access-control-allow-origin')
      ? [problem('web origins', 'pages of any origin may call the API', redeploy)]
      : [],
  );
  return [...(await Promise.all(own)), ...(await other)];
}
