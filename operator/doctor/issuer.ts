import * as z from 'zod';
import { ask } from './ask.ts';
import { type Finding, ok, problem } from './finding.ts';

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string() })) });

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether API Gateway can verify tokens of this issuer: by its discovery document, and the RSA keys that it leads to. */
export async function checkIssuer(issuer: string): Promise<Finding> {
  const subject = `issuer ${issuer}`;
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const found = await ask(address);
  if (typeof found === 'string' || found.status !== 200) {
    const reason = typeof found === 'string' ? found : `it answers ${found.status}`;
    return problem(
      subject,
      `${address} cannot be read (${reason})`,
      'check identity.issuer and the provider',
    );
  }
  const discovery = read(discoverySchema, found.text);
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
  const { jwks_uri: keysAt } = discovery;
  const answered = await ask(keysAt);
  const keys =
    typeof answered === 'string' || answered.status !== 200
      ? undefined
      : read(keysSchema, answered.text)?.keys;
  if (keys === undefined) {
    const reason = typeof answered === 'string' ? answered : `it answers ${answered.status}`;
    return problem(subject, `its keys at ${keysAt} cannot be read (${reason})`, 'check the provider');
  }
  if (!keys.some(({ kty }) => kty === 'RSA')) {
    const says = 'has no RSA key, and API Gateway takes tokens with RSA signatures only';
    return problem(subject, says, 'have the provider sign access tokens with RS256');
  }
  return ok(subject, 'its discovery document and keys can be read');
}
