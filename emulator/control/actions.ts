import * as z from 'zod';
import type { CallRecord, Calls } from '../api/calls.ts';
import { type Fault, parseFault } from '../api/fault.ts';
import type { Faults } from '../api/faults.ts';
import { type HeldCallView, type Holds, parseRelease, type Release } from '../api/holds.ts';
import type { EmulatorClock } from '../model/clock.ts';
import { ERROR_REASONS, isFinished, type StatusReason, TERMINATED_REASONS } from '../model/lifecycle.ts';
import { type EmulatorSettings, mergeSettings, type Settings } from '../model/settings.ts';
import type { GameLiftStreams, StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import { type NetworkInput, parseNetwork } from '../webrtc/network.ts';
import { type Drop, parseDrop } from '../webrtc/outage.ts';
import { type SessionView, type StreamGroupView, showGroup, showSession } from './views.ts';

export interface ControlContext {
  service: GameLiftStreams;
  faults: Faults;
  holds: Holds;
  calls: Calls;
  clock: EmulatorClock;
  settings: () => Settings;
  changeSettings: (settings: Settings) => void;
}

/** A wrong argument; or a right one that does not fit now. `status` is for HTTP. */
export class ControlError extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const REASONS = [...ERROR_REASONS, ...TERMINATED_REASONS] as const;
const GROUP_STATUSES = [
  'ACTIVATING',
  'UPDATING_LOCATIONS',
  'ACTIVE',
  'ACTIVE_WITH_ERRORS',
  'ERROR',
  'DELETING',
  'EXPIRED',
] as const;
export type StreamGroupStatus = (typeof GROUP_STATUSES)[number];

/** At most 30 days at once. */
const MAX_ADVANCE_SECONDS = 2_592_000;
const advanceSchema = z.number().min(0).max(MAX_ADVANCE_SECONDS);
const reasonSchema = z.enum(REASONS);
const groupSchema = z.strictObject({
  status: z.enum(GROUP_STATUSES).optional(),
  capacity: z.int().min(0).optional(),
});

function parse<T>(schema: z.ZodType<T>, input: unknown, help: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ControlError(help);
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

export function createControl(context: ControlContext): EmulatorControl {
  const { service, faults, holds, calls, clock, settings, changeSettings } = context;
  const session = (id: string): StreamSession => {
    const found = service.findSession(id);
    if (!found) throw new ControlError(`There is no stream session ${id}.`, 404);
    return found;
  };
  const group = (id: string): StreamGroup => {
    const found = service.groups().find((candidate) => candidate.id === id);
    if (!found) throw new ControlError(`There is no stream group ${id}.`, 404);
    return found;
  };
  const requireNot = (isSo: boolean, sentence: string) => {
    if (isSo) throw new ControlError(sentence, 409);
  };
  const chosen = ({ operation, streamSessionId }: GateOptions): Release => ({
    ...(operation === '*' ? {} : { operation }),
    ...(streamSessionId === undefined ? {} : { streamSessionId }),
  });

  return {
    settings: () => structuredClone(settings()),
    changeSettings: (change) => {
      changeSettings(mergeSettings(settings(), change));
      return structuredClone(settings());
    },
    faults: faults.list,
    addFault: (fault) => faults.add(parseFault(fault)),
    clearFaults: () => {
      faults.clear();
      holds.release({});
    },
    hold: (gate) => {
      faults.add(parseFault({ ...gate, kind: 'hold', count: gate.count ?? 1 }));
      return {
        held: () => holds.whenHeld(chosen(gate)),
        release: () => holds.release(chosen(gate)),
      };
    },
    held: holds.list,
    release: (which) => holds.release(parseRelease(which)),
    calls: calls.list,
    clearCalls: calls.clear,
    streamSessions: () => service.list().map(showSession),
    streamSession: (id) => showSession(session(id)),
    dropClient: (id, drop) => {
      const target = session(id);
      const parsed = parseDrop(drop);
      requireNot(!target.drop(parsed), `Stream session ${id} has no connected client to drop.`);
      return showSession(target);
    },
    restoreClient: (id) => {
      const target = session(id);
      requireNot(
        !target.restore(),
        `Stream session ${id} has neither a blackout nor a dead downlink to undo.`,
      );
      return showSession(target);
    },
    setNetwork: (id, network) => {
      const target = session(id);
      const parsed = parseNetwork(network);
      requireNot(isFinished(target.life), `Stream session ${id} has already ended.`);
      requireNot(
        target.peerKind === 'signalling',
        `Stream session ${id} answers by signalling alone: it has no media path.`,
      );
      target.network = parsed;
      return showSession(target);
    },
    endStreamSession: (id, statusReason) => {
      const target = session(id);
      const reason = parse(
        reasonSchema,
        statusReason,
        `The body must be {"statusReason": one of ${REASONS.join(', ')}}.`,
      );
      requireNot(isFinished(target.life), `Stream session ${id} has already ended.`);
      target.dispatch({ type: 'end', reason });
      return showSession(target);
    },
    streamGroups: () => service.groups().map(showGroup),
    changeStreamGroup: (id, change) => {
      const target = group(id);
      const { status, capacity } = parse(
        groupSchema,
        change,
        `The body must be an object with "status" (one of ${GROUP_STATUSES.join(', ')}) or "capacity" (a whole number, 0 or more).`,
      );
      service.changeGroup(target, { ...(status && { status }), ...(capacity !== undefined && { capacity }) });
      return showGroup(target);
    },
    now: () => new Date(clock.now()),
    advance: (seconds) =>
      clock.advance(
        parse(
          advanceSchema,
          seconds,
          `The body must be {"advanceSeconds": a number of seconds, at most ${MAX_ADVANCE_SECONDS}}.`,
        ) * 1000,
      ),
  };
}
