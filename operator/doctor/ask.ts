import { networkReason } from '../aws/signed-fetch.ts';

const TIMEOUT_MS = 15_000;

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Asks once, unsigned and without a token, and follows no redirection.
 * @returns what went wrong in a few words where there is no answer.
 */
export async function ask(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answered | string> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method, headers, redirect: 'manual', signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    return networkReason(error);
  }
}
