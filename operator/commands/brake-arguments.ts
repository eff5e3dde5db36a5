import { usageFailure } from '../cli/arguments.ts';
import { readDuration } from './duration.ts';

/** The API's own limit: 24 hours, in seconds. */
const LONGEST_BRAKE_S = 86_400;

const refuse = (sentence: string) => usageFailure(sentence, 'brake --help');

/**
 * What `--for`, `--off` and `--status` say of the brake.
 * @returns seconds, 0 for `--off`, or undefined if the state is only asked for
 * @throws Failure with one sentence that says what to write
 */
export function brakeSecondsOf({ duration, off, status }: Record<string, unknown>): number | undefined {
  if ([duration !== undefined, off === true, status === true].filter(Boolean).length > 1) {
    throw refuse('Write one of --for, --off and --status.');
  }
  if (off === true) return 0;
  if (duration === undefined) return undefined;
  const seconds = readDuration(String(duration)) / 1000;
  if (seconds >= 1 && seconds <= LONGEST_BRAKE_S) return seconds;
  throw refuse('--for must be a time such as 90s, 30m or 2h, of 24h at most.');
}

/**
 * @param isSet whether the brake is to be set, and not only asked for.
 * @throws Failure with one sentence that says what to write
 */
export function requireStarts(operands: readonly string[], isSet: boolean): void {
  if (operands.length > 1 || (operands[0] ?? 'starts') !== 'starts') {
    throw refuse(`brake takes "starts" and nothing else, not "${operands.join(' ')}".`);
  }
  if (isSet && operands.length === 0) throw refuse('Write what to brake: brake starts.');
}
