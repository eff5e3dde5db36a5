import { type HttpResponse, networkReason, TIMEOUT_MS } from '../aws/signed-fetch.ts';
import type { Clocks } from './clocks.ts';

/** A response to a request without a signature. */
export interface TimedResponse extends HttpResponse {
  /** This machine's time just before the request and just after the response, in epoch milliseconds. */
  askedAt: number;
  answeredAt: number;
  /** How long the whole response took, in milliseconds. */
  tookMs: number;
  /** The size of the body in bytes. */
  bytes: number;
}

/**
 * Sends one request without signature, and follows no redirect.
 * @returns the reason in a few words if there is no response
 */
export async function unsignedFetch(
  url: string,
  clocks: Clocks,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<TimedResponse | string> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const [askedAt, began] = [clocks.now(), clocks.stopwatch()];
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      text: bytes.toString(),
      bytes: bytes.length,
      askedAt,
      answeredAt: clocks.now(),
      tookMs: clocks.stopwatch() - began,
    };
  } catch (error) {
    return networkReason(error);
  }
}
