import type { Observed } from '../core/outcomes.ts';
import type { Counters } from '../edge/counters.ts';
import type { AwsStreamSession } from '../edge/gameliftstreams.ts';
import type { Sight } from '../edge/observe.ts';
import type { Pacer } from '../edge/pacer.ts';
import type { PlayerCounts } from '../edge/player-counts.ts';
import type { Records } from '../edge/records.ts';
import type { StreamGroup } from '../edge/settings.ts';
import type { Slots } from '../edge/slots.ts';
import type { Log } from '../edge/telemetry.ts';

/** A validated start. */
export interface Start {
  playerId: string;
  group: StreamGroup;
  application: string;
  signalRequest: string;
  locations: string[] | undefined;
  launchArguments: string[] | undefined;
  /** The idempotency key. */
  key: string | undefined;
  /** Epoch milliseconds at which the function will have been killed. */
  endsBy: number;
}

/** What a start works with. Deadlines are epoch milliseconds. */
export interface StartDependencies {
  limits: { maxLiveSessionsPerPlayer: number; startsPerMinute: number };
  /** The stream groups that are served at present. */
  streamGroups: readonly Pick<StreamGroup, 'id'>[];
  records: Records;
  /** What the alarms have heard of players. */
  playerCounts: PlayerCounts;
  slots: Slots;
  counters: Counters;
  /** Turns at the quota of StartStreamSession where the stream group is. */
  pacer(streamGroupId: string): Pacer;
  /** StartStreamSession with its retries, none after a throttle. @throws AwsFailure */
  startStreamSession(asked: Start, clientToken: string, deadline: number): Promise<AwsStreamSession>;
  /** The status of the session in a slot, if the quota leaves a look and AWS tells. */
  look(sight: Sight, deadline: number): Promise<Observed | undefined>;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  random(): number;
  newId(): string;
  log: Log;
}

/** What is left, after AWS, for writing down whose the session is. */
export const RESERVE_MS = 2000;
