import * as z from 'zod';
import { count } from '../../infra/settings/reconnect-capacity.ts';
import { mostAudiences } from '../../infra/settings/rules.ts';
import { parseJson } from '../aws/json.ts';
import type { Clocks } from './clocks.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { type TimedResponse, unsignedFetch } from './unsigned-fetch.ts';

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string() })) });

/** What API Gateway allows an issuer, for the discovery document and the keys each (HTTP API quotas). */
const LIMITS = { ms: 1500, bytes: 150_000 };
/** A request may be slow for reasons of this machine, so the fastest of a few counts. */
const TRIES = 3;

/** Reads a document. A slow one is read again, and the fastest time counts. */
async function read(url: string, clocks: Clocks): Promise<TimedResponse | string> {
  let fastest = await unsignedFetch(url, clocks);
  for (let tries = 1; tries < TRIES; tries++) {
    if (typeof fastest === 'string' || fastest.tookMs <= LIMITS.ms) return fastest;
    const next = await unsignedFetch(url, clocks);
    if (typeof next !== 'string' && next.status === 200 && next.tookMs < fastest.tookMs) fastest = next;
  }
  return fastest;
}

/** What is wrong with a document that can be read, but is too large or too slow for API Gateway. */
function limitFindings(subject: string, what: string, { bytes, tookMs }: TimedResponse): Finding[] {
  if (bytes > LIMITS.bytes) {
    const says = `${what} has ${count(bytes)} bytes, and API Gateway reads ${count(LIMITS.bytes)}`;
    return [problem(subject, says, 'have the provider publish less, such as fewer old keys')];
  }
  if (tookMs <= LIMITS.ms) return [];
  const says = `${what} took ${(tookMs / 1000).toFixed(1)} s from here, and API Gateway waits ${LIMITS.ms / 1000} s`;
  const todo = `check that it answers fast in the stack's Region too; otherwise players get 401`;
  return [warning(subject, says, todo)];
}

/** Checks that API Gateway takes so many audiences. */
export function checkAudiences(audience: readonly string[]): Finding[] {
  if (audience.length <= mostAudiences) return [];
  const says = `has ${audience.length} audiences, and API Gateway accepts ${mostAudiences}`;
  return [problem('identity.audience', says, `name at most ${mostAudiences}`)];
}

/** Checks that API Gateway can verify tokens of this issuer: it needs the discovery document, and an RSA key. */
export async function checkIssuer(issuer: string, clocks: Clocks): Promise<Finding[]> {
  const subject = `issuer ${issuer}`;
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await read(address, clocks);
  if (typeof response === 'string' || response.status !== 200) {
    const reason = typeof response === 'string' ? response : `it answers ${response.status}`;
    return [
      problem(subject, `${address} cannot be read (${reason})`, 'check identity.issuer and the provider'),
    ];
  }
  const discovery = parseJson(discoverySchema, response.text);
  if (discovery === undefined) {
    return [
      problem(
        subject,
        `${address} is not a discovery document`,
        'check identity.issuer: is it an OpenID provider?',
      ),
    ];
  }
  if (discovery.issuer !== issuer) {
    const says = `names itself ${discovery.issuer}, so every token is refused`;
    return [
      problem(subject, says, `write "issuer": ${JSON.stringify(discovery.issuer)}, character for character`),
    ];
  }
  const { jwks_uri: keysUrl } = discovery;
  const keysResponse = await read(keysUrl, clocks);
  const keys =
    typeof keysResponse === 'string' || keysResponse.status !== 200
      ? undefined
      : parseJson(keysSchema, keysResponse.text)?.keys;
  if (keys === undefined) {
    const reason = typeof keysResponse === 'string' ? keysResponse : `it answers ${keysResponse.status}`;
    return [problem(subject, `its keys at ${keysUrl} cannot be read (${reason})`, 'check the provider')];
  }
  if (!keys.some(({ kty }) => kty === 'RSA')) {
    const says = 'has no RSA key, and API Gateway accepts tokens with RSA signatures only';
    return [problem(subject, says, 'have the provider sign access tokens with RS256')];
  }
  const limits = [
    ...limitFindings(subject, 'its discovery document', response),
    ...(typeof keysResponse === 'string' ? [] : limitFindings(subject, 'its key set', keysResponse)),
  ];
  return limits.length > 0 ? limits : [ok(subject, 'its discovery document and keys can be read')];
}
