import { type HttpResponse, networkReason, TIMEOUT_MS } from '../aws/signed-fetch.ts';

/**
 * Sends one request without signature or token, and follows no redirect.
 * @returns the reason in a few words if there is no response
 */
export async function unsignedFetch(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<HttpResponse | string> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method, headers, redirect: 'manual', signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    return networkReason(error);
  }
}
