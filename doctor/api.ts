import { ask } from './ask.ts';
import { type Finding, ok, problem } from './finding.ts';

/** Routes that ask for nothing but the table, should somebody be let in after all. */
const PATH = '/v1/streamsessions';
const OPERATOR_PATH = '/v1/players/doctor/streamsessions';
/** What a page of the client library sends, and what it has to be allowed. */
const METHODS = ['GET', 'POST', 'DELETE'];
const HEADERS = ['authorization', 'content-type', 'idempotency-key'];
/** Reserved: never anybody's page. */
const STRANGER = 'https://rejoin-doctor.invalid';
const REDEPLOY = 'deploy again: npx cdk deploy --all';

/** Whether an API is there and its door is shut to whoever comes without a token, or without a signature. */
export async function checkDoor(subject: string, url: string, shut: 401 | 403): Promise<Finding> {
  const answer = await ask(`${url}${shut === 401 ? PATH : OPERATOR_PATH}`);
  if (typeof answer === 'string') {
    const todo =
      'with a domain of your own, its record must lead to the output DomainTarget; else check the network';
    return problem(subject, `${url} cannot be reached (${answer})`, todo);
  }
  if (answer.status === shut) {
    const without = shut === 401 ? 'a token' : 'a signature';
    return ok(subject, `${url} answers, and refuses whoever comes without ${without}`);
  }
  if (answer.status === 200) {
    return problem(
      subject,
      `${url} answers strangers`,
      `take it off the internet and find out why; then ${REDEPLOY}`,
    );
  }
  return problem(subject, `${url} answers ${answer.status} instead of ${shut}: it is not Rejoin's`, REDEPLOY);
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
export async function checkCors(url: string, origins: readonly string[]): Promise<Finding[]> {
  if (origins.length === 0) return [];
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
    const { headers } = answer;
    if (headers.get('access-control-allow-origin') !== origin) {
      return problem(subject, 'the API refuses its pages: what is deployed does not list it', REDEPLOY);
    }
    const allowed = [
      ...listed(headers, 'access-control-allow-methods'),
      ...listed(headers, 'access-control-allow-headers'),
    ];
    const missing = [...METHODS, ...HEADERS].filter((name) => !allowed.includes(name.toLowerCase()));
    if (missing.length > 0) {
      return problem(subject, `the API does not allow its pages ${missing.join(', ')}`, REDEPLOY);
    }
    return ok(subject, 'its pages may call the API');
  });
  const other = preflight(url, STRANGER).then((answer): Finding[] =>
    typeof answer !== 'string' && answer.headers.has('access-control-allow-origin')
      ? [problem('web origins', 'pages of any origin may call the API', REDEPLOY)]
      : [],
  );
  return [...(await Promise.all(own)), ...(await other)];
}
