import type { CallRecord } from '../api/calls.ts';
import type { Fault } from '../api/fault.ts';
import type { HeldCallView, Release } from '../api/holds.ts';
import type { SessionStatus, StatusReason } from '../model/lifecycle.ts';
import type { EmulatorSettings, Settings } from '../model/settings.ts';
import type { Network, NetworkInput } from '../webrtc/network.ts';
import type { Drop, OutageView } from '../webrtc/outage.ts';

export type StreamGroupStatus =
  | 'ACTIVATING'
  | 'UPDATING_LOCATIONS'
  | 'ACTIVE'
  | 'ACTIVE_WITH_ERRORS'
  | 'ERROR'
  | 'DELETING'
  | 'EXPIRED';

/** A stream session as a test sees it: more than AWS tells. */
export interface SessionView {
  id: string;
  streamGroupId: string;
  status: SessionStatus;
  statusReason: StatusReason | null;
  userId: string | null;
  /** Ticks ten times a second from the start of the game, and nothing restarts it. */
  counter: number;
  /** Input events over all connections. */
  inputs: number;
  /** The keys held down now, by their codes, such as `KeyW`. */
  keys: readonly string[];
  /** Application messages over all connections. */
  messages: number;
  microphonePackets: number;
  /** How many clients have connected. */
  connections: number;
  /** Which peer has made the newest answer; null before the first. */
  peer: 'webrtc' | 'signalling' | null;
  network: Network | null;
  outage: OutageView | null;
  /** ISO 8601. */
  createdAt: string;
}

export interface StreamGroupView {
  id: string;
  status: string;
  /** How many sessions it can stream at once; null: any number. */
  capacity: number | null;
  applications: readonly string[];
  locations: readonly string[];
}

/** What a test does to a running emulator, beside the calls of AWS that its own code makes. Each throws a sentence about a wrong argument. */
export interface EmulatorControl {
  /** Quotas, durations, and what AWS leaves undocumented. */
  settings(): Settings;
  /** Changes some of them; they hold at once, also for sessions that wait. */
  changeSettings(change: Partial<EmulatorSettings>): Settings;
  faults(): readonly Fault[];
  /** Plans a failure of the next calls. Without `probability` and `count` it hits every one until `clearFaults`. */
  addFault(fault: Fault): void;
  /** Deletes all faults, and releases every held call. */
  clearFaults(): void;
  /** Holds the next calls of an operation, one unless `count` says more: see `Gate`. */
  hold(calls: GateOptions): Gate;
  held(): readonly HeldCallView[];
  /** Lets held calls go on, the oldest first. @returns them */
  release(which?: Release): readonly HeldCallView[];
  /** What was called, by whom, and how it ended, in order of arrival. */
  calls(): readonly CallRecord[];
  clearCalls(): void;
  /** The newest first. */
  streamSessions(): readonly SessionView[];
  streamSession(id: string): SessionView;
  /** Loses a connected client for good, or its packets until `restoreClient`. */
  dropClient(id: string, drop: Drop): SessionView;
  /** Ends a blackout or a dead downlink. */
  restoreClient(id: string): SessionView;
  /** Gives a real client a bad network, over reconnects too; `{}` is a good one. */
  setNetwork(id: string, network: NetworkInput): SessionView;
  endStreamSession(id: string, statusReason: StatusReason): SessionView;
  streamGroups(): readonly StreamGroupView[];
  changeStreamGroup(id: string, change: { status?: StreamGroupStatus; capacity?: number }): StreamGroupView;
  /** The emulator's time. */
  now(): Date;
  /**
   * Lets time pass at once, for sessions, quotas, tokens and outages: all that is due happens in its order. Packets and latencies go by
   * the machine's time.
   */
  advance(seconds: number): Promise<void>;
}

export interface GateOptions extends Pick<Fault, 'operation' | 'streamGroupId' | 'streamSessionId'> {
  /** Before the call takes effect (default), or with its answer ready. */
  at?: Fault['at'];
  /** How many calls; 1 when absent. */
  count?: number;
}

/** Holds calls, so that a test decides what happens meanwhile. */
export interface Gate {
  /** Waits until a call is held here. */
  held(): Promise<HeldCallView>;
  /** Lets the calls go on that are held here now. */
  release(): readonly HeldCallView[];
}
