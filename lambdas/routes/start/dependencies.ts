import type { Resolution, StartSettings, StreamGroup } from '../../../contract/deployed-settings.ts';
import type { AdmissionQueue } from '../../admission/queue-table.ts';
import type { AwsStreamSession, StartParameters } from '../../gameliftstreams/calls.ts';
import type { StatusLookup } from '../../gameliftstreams/refusals.ts';
import type { SessionToLookUp } from '../../gameliftstreams/status-lookup.ts';
import type { StartBrake } from '../../limits/start-brake.ts';
import type { WindowCounters } from '../../limits/window-counters.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import type { AffectedPlayers } from '../../reliability/affected-players.ts';
import type { SessionTable } from '../../sessions/session-table.ts';
import type { Slots } from '../../sessions/slot-table.ts';
import type { Claims } from '../../start-rules/claims.ts';

/** A validated start. */
export interface StartRequest {
  playerId: string;
  group: StreamGroup;
  /** As the page names it; undefined where it names none, and the stream group has several. */
  application: string | undefined;
  signalRequest: string;
  /** In the order in which AWS tries them; undefined where the page names none. */
  locations: string[] | undefined;
  launchArguments: string[] | undefined;
  resolution?: Resolution | undefined;
  /** The claims of the player's token. @throws Problem `start_not_allowed` where they can't be read */
  claims(): Claims;
  /** The idempotency key. */
  key: string | undefined;
  /** Epoch milliseconds at which the function will have been killed. */
  endsBy: number;
  metrics: RequestMetrics;
}

/** A start with everything that AWS is asked for. */
export interface DecidedStart extends StartRequest {
  parameters: StartParameters;
}

/** What a start works with. Deadlines are epoch milliseconds. */
export interface StartDependencies {
  limits: { maxLiveSessionsPerPlayer: number; startsPerMinute: number };
  startSettings: StartSettings;
  /** The stream groups that are served at present. */
  streamGroups: readonly Pick<StreamGroup, 'id'>[];
  sessions: SessionTable;
  /** The players that the alarms count. */
  affectedPlayers: AffectedPlayers;
  slots: Slots;
  counters: WindowCounters;
  /** Whether operators have paused new sessions. It never fails. */
  startBrake(): Promise<StartBrake | undefined>;
  /** The queue for the quota of StartStreamSession where the stream group is. */
  admissionQueue(streamGroupId: string): AdmissionQueue;
  /** StartStreamSession with its retries, none after a throttle. @throws AwsFailure */
  startStreamSession(request: DecidedStart, clientToken: string, deadline: number): Promise<AwsStreamSession>;
  /** The status of the session in a slot, if the quota leaves a lookup and AWS answers. */
  lookUpStatus(
    session: SessionToLookUp,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<StatusLookup | undefined>;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  random(): number;
  newId(): string;
  log: Log;
}

/** What is left, after AWS, for writing down whose the session is. */
export const RESERVE_MS = 2000;
