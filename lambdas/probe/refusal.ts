/** How long the public address has to answer, in milliseconds. API Gateway itself answers within a second. */
export const PROBE_TIMEOUT_MS = 10_000;

/** Node's codes for a certificate that it does not accept (TLS documentation, "X509 certificate error codes"). */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|HOSTNAME_MISMATCH/;

function networkReason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return 'no answer in time';
  const code = cause?.code ?? cause?.message ?? message;
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return `DNS gives no address for the name (${code})`;
  if (CERTIFICATE.test(code)) return `the certificate is not accepted (${code})`;
  return `no connection (${code})`;
}

/**
 * Asks the API without a token. Its 401 proves DNS, certificate, API Gateway and authorizer.
 *
 * @param ask sends the request, and follows no redirect
 * @throws Error saying what came instead of a 401
 */
export async function requireRefusal(ask: () => Promise<{ status: number }>): Promise<void> {
  const { status } = await ask().catch((error: unknown) => {
    throw new Error(networkReason(error), { cause: error });
  });
  if (status === 401) return;
  if (status < 300) throw new Error(`${status} instead of 401: the API answers without a token`);
  if (status === 404) throw new Error('404 instead of 401: this address leads to something else');
  throw new Error(`${status} instead of 401`);
}
