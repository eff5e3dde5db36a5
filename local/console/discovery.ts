import * as z from 'zod';

/** Where an OpenID provider signs players in and out. */
export interface SignInEndpoints {
  authorization: string;
  token: string;
  /** Absent: the provider has none, and a player is signed out in the page alone. */
  endSession?: string | undefined;
  /** Whether the provider names itself in the address that it sends players back to (RFC 9207). */
  namesItself: boolean;
}

/** How long a provider may take, in milliseconds. */
const WITHIN_MS = 10_000;

const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  end_session_endpoint: z.url().optional(),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
});

/**
 * Reads an issuer's discovery document (OpenID Connect Discovery 1.0, section 4).
 * @throws Error in one sentence that says what is wrong with the issuer
 */
export async function discoverSignIn(issuer: string): Promise<SignInEndpoints> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let text: string;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(WITHIN_MS) });
    text = await response.text();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new Error(`The identity provider's ${address} cannot be read (${why}): check the issuer.`);
  }
  const parsed = documentSchema.safeParse(asJson(text));
  if (!parsed.success) {
    throw new Error(`${address} is not an OpenID discovery document: check the issuer.`);
  }
  const { data } = parsed;
  if (data.issuer !== issuer) {
    throw new Error(
      `${address} says that its issuer is ${data.issuer}, not ${issuer}: tokens would be refused.`,
    );
  }
  return {
    authorization: data.authorization_endpoint,
    token: data.token_endpoint,
    endSession: data.end_session_endpoint,
    namesItself: data.authorization_response_iss_parameter_supported,
  };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
