import type { Settings } from '../../emulator/model/settings.ts';
import { columns, printable } from '../cli/print.ts';
import type { Observation } from './observations.ts';

/** The observations beside what the emulator is set to. A line that differs begins with `!`. */
export function table(observations: readonly Observation[], emulator: Settings): string[] {
  return columns(
    ['', 'question', 'what AWS did', 'the emulator'],
    observations.map(({ about, saw, setting, value }) => {
      if (setting === undefined) return ['', about, saw, 'has no setting'];
      const set = emulator[setting];
      return [
        value === undefined || isLike(set, value) ? '' : '!',
        about,
        saw,
        `${setting}: ${printable(JSON.stringify(set))}`,
      ];
    }),
  );
}

/** Whether a setting does what was measured. No two measured times are equal. */
function isLike(set: unknown, value: unknown): boolean {
  return typeof set === 'number' && typeof value === 'number' ? Math.abs(set - value) <= 1 : set === value;
}
