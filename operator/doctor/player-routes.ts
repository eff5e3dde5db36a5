import * as z from 'zod';
import type { Settings } from '../../infra/settings/settings.ts';
import { parseJson } from '../aws/json.ts';
import type { Clocks } from './clocks.ts';
import { type Finding, ok, problem, unknown } from './finding.ts';
import type { Hints } from './hints.ts';
import { type PlayerRequest, playerRequests } from './player-requests.ts';
import { type TimedResponse, unsignedFetch } from './unsigned-fetch.ts';

/** A request that API Gateway answered, as its access log should have it. */
export interface AnsweredRequest {
  /** What was asked, such as `reconnect` or `without a token`. */
  what: string;
  /** API Gateway's id of the request. */
  requestId: string;
  status: number;
  /** Whether a function answered. */
  byFunction: boolean;
}

const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });
const listSchema = z.object({ streamSessions: z.array(z.unknown()) });

/** API Gateway's own id of a request, which its access log has too. */
export const requestIdOf = ({ headers }: TimedResponse): string | undefined =>
  headers.get('apigw-requestid') ?? undefined;

/** Calls each player route with the token, in a way that can start, join and end nothing. */
export async function checkPlayerRoutes(
  url: string,
  token: string,
  settings: Settings,
  { hints, clocks }: { hints: Hints; clocks: Clocks },
): Promise<{ findings: Finding[]; answered: AnsweredRequest[] }> {
  const [origin] = settings.webOrigins;
  const results = await Promise.all(
    playerRequests(settings).map(async (request) => {
      const { method, path, body } = request;
      const response = await unsignedFetch(`${url}${path}`, clocks, {
        method,
        headers: {
          authorization: `Bearer ${token.replace(/^Bearer +/i, '').trim()}`,
          ...(origin !== undefined && { origin }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { request, response };
    }),
  );
  return {
    findings: merged(
      results.map(({ request, response }) => routeFinding(request, response, { origin, hints })),
    ),
    answered: results.flatMap(({ request, response }) => {
      const requestId = typeof response === 'string' ? undefined : requestIdOf(response);
      if (typeof response === 'string' || requestId === undefined) return [];
      const { status } = response;
      return [{ what: `route ${request.route}`, requestId, status, byFunction: isFunctionAnswer(response) }];
    }),
  };
}

/** One line instead of several that differ in their route only. */
function merged(findings: readonly Finding[]): Finding[] {
  const [first] = findings;
  const isSame = findings.every(({ level, says }) => level !== 'ok' && says === first?.says);
  return first !== undefined && isSame ? [{ ...first, subject: 'each player route' }] : [...findings];
}

/** API Gateway's own answers are never problem+json and say nothing about caches. */
const isFunctionAnswer = ({ headers }: TimedResponse) =>
  headers.get('cache-control') !== null ||
  headers.get('content-type')?.startsWith('application/problem+json') === true;

function routeFinding(
  { route, expects, shows }: PlayerRequest,
  response: TimedResponse | string,
  { origin, hints }: { origin: string | undefined; hints: Hints },
): Finding {
  const subject = `route ${route}`;
  const redeploy = `deploy again: ${hints.deploy}`;
  if (typeof response === 'string') {
    return problem(subject, `gives no answer (${response})`, 'check the network, then run the doctor again');
  }
  const { status, text, headers } = response;
  const found = parseJson(problemSchema, text);
  const isExpected =
    status === expects.status &&
    (expects.code === undefined ? parseJson(listSchema, text) !== undefined : found?.code === expects.code);
  if (!isExpected) return unexpected(subject, { response, code: found?.code, redeploy });
  const wrong = wrongHeaders(
    headers,
    expects.code === undefined ? 'application/json' : 'application/problem+json',
    origin,
  );
  if (wrong !== undefined) return problem(subject, `answers as it should, but ${wrong}`, redeploy);
  const answer =
    expects.code === undefined ? "the list of the player's sessions" : `${status} ${expects.code}`;
  return ok(
    subject,
    `answers ${answer}, so ${shows}`,
    route === 'start' ? "the start function's role and table, and a real start" : undefined,
  );
}

/** @returns what is wrong with the headers of an answer of a function */
function wrongHeaders(headers: Headers, contentType: string, origin: string | undefined): string | undefined {
  const type = headers.get('content-type');
  if (type?.split(';')[0] !== contentType) return `its content-type is ${type}, and not ${contentType}`;
  if (headers.get('cache-control') !== 'no-store') return 'its cache-control is not no-store';
  if (origin !== undefined && headers.get('access-control-allow-origin') !== origin) {
    return `a page of ${origin} cannot read it: access-control-allow-origin is ${headers.get('access-control-allow-origin')}`;
  }
  return undefined;
}

function unexpected(
  subject: string,
  { response, code, redeploy }: { response: TimedResponse; code: string | undefined; redeploy: string },
): Finding {
  const { status, headers } = response;
  if (status === 401) {
    // API Gateway says why in this header. It does not quote the token.
    const why = /error_description="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1];
    const says = `refuses the token (401${why === undefined ? '' : `: ${why}`})`;
    return problem(
      subject,
      says,
      "see the token's lines; if all are well, its signature or the provider's keys are wrong",
    );
  }
  if (status === 403 && code === undefined) {
    return problem(subject, 'refuses the token (403): it lacks the scope', "see the token's scope");
  }
  if (status === 404 && code === undefined) {
    return problem(subject, 'is not deployed: API Gateway knows no such route (404)', redeploy);
  }
  if (status === 429) {
    const who = code === undefined ? 'API Gateway is throttled' : "the player's own budget is spent";
    return unknown(subject, `was not checked: ${who} (429)`, 'run the doctor again in a minute');
  }
  if (code === 'broker_misconfigured') {
    const says = 'answers broker_misconfigured: AWS denied the function a call, or it has a defect';
    return problem(subject, says, 'docs/runbook.md, chapter Misconfigured');
  }
  if (code === 'not_through_edge') {
    const says =
      'answers not_through_edge: this address does not lead through the proxy, or the proxy sends another secret';
    return problem(subject, says, 'compare edge.url and edge.secretSha256 with the proxy, see docs/edge.md');
  }
  if (code === 'upstream_unavailable') {
    const says = 'answers upstream_unavailable: the function cannot use its table';
    const todo = `see in its log whether its role is denied, or the table is gone or throttled; to restore both, ${redeploy}`;
    return problem(subject, says, todo);
  }
  if (status >= 500 && code === undefined) {
    const says = `fails in API Gateway (${status}): it may not invoke the function, or the function dies`;
    const todo = `see integrationStatus in the access log, and docs/runbook.md, chapter FunctionsDead; then ${redeploy}`;
    return problem(subject, says, todo);
  }
  return problem(
    subject,
    `answers ${status}${code === undefined ? '' : ` ${code}`}, which it should not`,
    redeploy,
  );
}
