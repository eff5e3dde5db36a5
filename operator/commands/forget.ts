import { EXIT } from '../cli/failure.ts';
import { json, printable, printResult } from '../cli/print.ts';
import type { OperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import type { Context } from './context.ts';
import { playerOf } from './player.ts';
import { repeat } from './repeat.ts';

/** Deletes what is stored of a player's sessions. @returns the exit code. @throws Failure */
export async function forget(given: Arguments, context: Context, api: OperatorApi): Promise<number> {
  const player = await playerOf(given, context);
  const deletedRecords = await repeat(given, () => api.forget(player, given.reason ?? ''));
  if (given.json) {
    printResult(json({ player, deletedRecords }));
    return EXIT.done;
  }
  printResult(`${deletedRecords} records of stream sessions of player ${printable(player)} are deleted.`);
  printResult(
    'Slots and rate limits stay until they expire, and logs until their retention ends. The audit stays: see docs/privacy.md.',
  );
  return EXIT.done;
}
