import type { Settings } from '../../emulator/model/settings.ts';

/** The emulator's settings that a run measures. */
export type Measured = Partial<Omit<Settings, 'quotas'>>;

/** One question about AWS, and what AWS did. */
export interface Observation {
  /** The question, such as `a reconnect while CONNECTED`. */
  readonly about: string;
  /** What AWS did, in words. */
  readonly saw: string;
  /** The emulator's setting that decides this, if there is one. */
  readonly setting?: keyof Measured | undefined;
  /** The value that makes the emulator do the same; undefined where this run could not tell. */
  readonly value?: Settings[keyof Measured] | undefined;
}

/** The settings that make the emulator behave like what was observed. */
export function settingsOf(observations: readonly Observation[]): Measured {
  return Object.fromEntries(
    observations.flatMap(({ setting, value }) =>
      setting === undefined || value === undefined ? [] : [[setting, value]],
    ),
  );
}
