import { vi } from 'vitest';

/** What Lambda tells a handler about its call. */
export const context = {
  awsRequestId: 'r',
  functionName: 'f',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 5000,
};

/**
 * Hears everything that goes to stdout and stderr, where Lambda's logs come from, until `vi.restoreAllMocks()`.
 * @returns what was written so far
 */
export function hearLogs(): () => string {
  let logged = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      logged += String(chunk);
      return true;
    });
  }
  return () => logged;
}
