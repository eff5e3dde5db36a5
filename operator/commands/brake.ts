import { EXIT } from '../cli/failure.ts';
import { json, printable, printResult } from '../cli/print.ts';
import type { OperatorApi } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import type { Context } from './context.ts';
import { repeat } from './repeat.ts';

/** Pauses new sessions, ends the pause, or says whether there is one. @returns the exit code. @throws Failure */
export async function brake(given: Arguments, _context: Context, api: OperatorApi): Promise<number> {
  const { brakeSeconds } = given;
  const state = await repeat(given, () =>
    brakeSeconds === undefined ? api.brake() : api.setBrake(brakeSeconds, given.reason ?? ''),
  );
  if (given.json) printResult(json({ starts: state }));
  else if (!state.isOn) printResult('New sessions begin as usual.');
  else {
    const { until = '', setAt = '', operator = '', reason = '' } = state;
    printResult(`New sessions are paused until ${until}. Reconnects are not affected.`);
    printResult(`Set at ${setAt} by ${printable(operator)}: ${printable(reason)}`);
  }
  return EXIT.done;
}
