import * as z from 'zod';
import type { Calls } from '../api/calls.ts';
import { parseFault } from '../api/fault.ts';
import type { Faults } from '../api/faults.ts';
import { type Holds, parseRelease, type Release } from '../api/holds.ts';
import type { EmulatorClock } from '../model/clock.ts';
import { ERROR_REASONS, isFinished, TERMINATED_REASONS } from '../model/lifecycle.ts';
import { mergeSettings, type Settings } from '../model/settings.ts';
import type { GameLiftStreams, StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import { parseNetwork } from '../webrtc/network.ts';
import { parseDrop } from '../webrtc/outage.ts';
import type { EmulatorControl, GateOptions, StreamGroupStatus } from './emulator-control.ts';
import { showGroup, showSession } from './views.ts';

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
] as const satisfies readonly StreamGroupStatus[];

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
