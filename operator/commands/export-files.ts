import { EXIT } from '../cli/failure.ts';
import { json, printable, printResult } from '../cli/print.ts';
import { addressText, parseAddress } from './address.ts';
import type { OperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import type { Context } from './context.ts';
import { repeat } from './repeat.ts';

/** Has AWS export the files of a session when it ends. @returns the exit code. @throws Failure */
export async function exportFiles(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const address = parseAddress(given.session ?? '', given.streamGroup ?? context.streamGroup);
  const outputUri = await repeat(given, () => api.exportFiles(address, given.reason ?? ''));
  printResult(
    given.json
      ? json({ ...address, outputUri })
      : `AWS writes the files of ${addressText(address)} to ${printable(outputUri)} when the session ends.`,
  );
  return EXIT.done;
}
