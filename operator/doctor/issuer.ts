import * as z from 'zod';
import { parseJson } from '../aws/json.ts';
import { type Finding, ok, problem } from './finding.ts';
import { unsignedFetch } from './unsigned-fetch.ts';

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string() })) });

/** Checks that API Gateway can verify tokens of this issuer: it needs the discovery document, and an RSA key. */
export async function checkIssuer(issuer: string): Promise<Finding> {
  const subject = `issuer ${issuer}`;
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await unsignedFetch(address);
  if (typeof response === 'string' || response.status !== 200) {
    const reason = typeof response === 'string' ? response : `it answers ${response.status}`;
    return problem(
      subject,
      `${address} cannot be read (${reason})`,
      'check identity.issuer and the provider',
    );
  }
  const discovery = parseJson(discoverySchema, response.text);
  if (discovery === undefined) {
    return problem(
      subject,
      `${address} is no discovery document`,
      'check identity.issuer: is it an OpenID provider?',
    );
  }
  if (discovery.issuer !== issuer) {
    const says = `calls itself ${discovery.issuer}, so every token is refused`;
    return problem(
      subject,
      says,
      `write "issuer": ${JSON.stringify(discovery.issuer)}, character for character`,
    );
  }
  const { jwks_uri: keysUrl } = discovery;
  const keysResponse = await unsignedFetch(keysUrl);
  const keys =
    typeof keysResponse === 'string' || keysResponse.status !== 200
      ? undefined
      : parseJson(keysSchema, keysResponse.text)?.keys;
  if (keys === undefined) {
    const reason = typeof keysResponse === 'string' ? keysResponse : `it answers ${keysResponse.status}`;
    return problem(subject, `its keys at ${keysUrl} cannot be read (${reason})`, 'check the provider');
  }
  if (!keys.some(({ kty }) => kty === 'RSA')) {
    const says = 'has no RSA key, and API Gateway takes tokens with RSA signatures only';
    return problem(subject, says, 'have the provider sign access tokens with RS256');
  }
  return ok(subject, 'its discovery document and keys can be read');
}
