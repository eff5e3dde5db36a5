import type { Settings } from './settings.ts';

export type SessionStatus =
  | 'ACTIVATING'
  | 'ACTIVE'
  | 'CONNECTED'
  | 'PENDING_CLIENT_RECONNECTION'
  | 'RECONNECTING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'ERROR';

/** Source: StreamSessionStatusReason, grouped as the API reference groups them. */
export const ERROR_REASONS = [
  'internalError',
  'invalidSignalRequest',
  'placementTimeout',
  'applicationLogS3DestinationError',
  'assumeRoleFailed',
] as const;
export const TERMINATED_REASONS = [
  'apiTerminated',
  'applicationExit',
  'connectionTimeout',
  'reconnectionTimeout',
  'maxSessionLengthTimeout',
  'idleTimeout',
] as const;
export type ErrorReason = (typeof ERROR_REASONS)[number];
export type TerminatedReason = (typeof TERMINATED_REASONS)[number];
export type StatusReason = ErrorReason | TerminatedReason;

/** The durations that drive a life cycle, in seconds. */
export type Timing = Pick<
  Settings,
  | 'activationSeconds'
  | 'readySeconds'
  | 'terminatingSeconds'
  | 'lossNoticeSeconds'
  | 'placementTimeoutSeconds'
  | 'idleTimeoutSeconds'
>;

/** The state of one stream session's life cycle. All times are epoch milliseconds. Never mutated. */
export interface Life {
  readonly status: SessionStatus;
  readonly statusReason?: StatusReason;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  readonly connectionTimeoutSeconds: number;
  readonly sessionLengthSeconds: number;
  /** When capacity was found. */
  readonly placedAt?: number;
  /** Whether the first offer has been answered; a session becomes ACTIVE only with its answer. */
  readonly isAnswered: boolean;
  /** When the client was lost, while GameLift Streams has not noticed it yet. */
  readonly lostAt?: number;
  /** The time of the last input, or of connecting. */
  readonly lastInputAt?: number;
  /** Why a TERMINATING session ends. */
  readonly endReason?: TerminatedReason;
}

export type LifeEvent =
  | { type: 'placed' }
  | { type: 'answered' }
  | { type: 'clientConnected' }
  /** `noticed`: GameLift Streams knows at once, as with a clean close; otherwise after `lossNoticeSeconds`. */
  | { type: 'clientLost'; noticed: boolean }
  /** Packets of a client arrive again whose loss was not noticed yet. */
  | { type: 'clientFound' }
  | { type: 'connectionRequested' }
  | { type: 'input' }
  | { type: 'terminate' }
  | { type: 'end'; reason: StatusReason };

export function startLife(now: number, connectionTimeoutSeconds: number, sessionLengthSeconds: number): Life {
  return {
    status: 'ACTIVATING',
    createdAt: now,
    lastUpdatedAt: now,
    connectionTimeoutSeconds,
    sessionLengthSeconds,
    isAnswered: false,
  };
}

export const isFinished = ({ status }: Pick<Life, 'status'>): boolean =>
  status === 'TERMINATED' || status === 'ERROR';

const isErrorReason = (reason: StatusReason): reason is ErrorReason =>
  (ERROR_REASONS as readonly string[]).includes(reason);

/** Enters a status, and drops the details of the one before. */
function enter(life: Life, status: SessionStatus, now: number, extra: Partial<Life> = {}): Life {
  const { lostAt: _lost, lastInputAt: _input, ...rest } = life;
  return { ...rest, ...extra, status, lastUpdatedAt: now };
}

function end(life: Life, reason: StatusReason, now: number): Life {
  return enter(life, isErrorReason(reason) ? 'ERROR' : 'TERMINATED', now, { statusReason: reason });
}

/** Drops a loss that was not noticed. */
function found(life: Life): Life {
  const { lostAt, ...rest } = life;
  return lostAt === undefined ? life : rest;
}

/**
 * The life after an event. An event without a meaning in the present status returns the same object: peers and
 * callers may send events at any time.
 * Source of the transitions: developer guide, "Stream session life cycle".
 */
export function apply(life: Life, event: LifeEvent, now: number): Life {
  const { status } = life;
  if (isFinished(life)) return life;
  switch (event.type) {
    case 'placed':
      return status === 'ACTIVATING' && life.placedAt === undefined ? { ...life, placedAt: now } : life;
    case 'answered':
      return status === 'ACTIVATING' ? { ...life, isAnswered: true } : life;
    case 'clientConnected':
      // The guides document only RECONNECTING after PENDING_CLIENT_RECONNECTION. But a client may connect whose answer was made before the
      // loss, and a client may resume if the settings say so.
      if (status === 'ACTIVE' || status === 'PENDING_CLIENT_RECONNECTION')
        return enter(life, 'CONNECTED', now, { lastInputAt: now });
      return found(life);
    case 'clientLost':
      if (status !== 'CONNECTED') return life;
      if (event.noticed) return enter(life, 'PENDING_CLIENT_RECONNECTION', now);
      return life.lostAt === undefined ? { ...life, lostAt: now } : life;
    case 'clientFound':
      return found(life);
    case 'connectionRequested':
      // A session that waits for its first client is ready for it: it stays ACTIVE, with its full time-out.
      if (status === 'ACTIVE') return enter(life, 'ACTIVE', now);
      return status === 'PENDING_CLIENT_RECONNECTION' || status === 'CONNECTED'
        ? enter(life, 'RECONNECTING', now)
        : life;
    case 'input':
      return status === 'CONNECTED' ? { ...life, lastInputAt: now } : life;
    case 'terminate':
      return status === 'TERMINATING'
        ? life
        : enter(life, 'TERMINATING', now, { endReason: 'apiTerminated' });
    case 'end':
      return end(life, event.reason, now);
  }
}

interface TimedChange {
  at: number;
  then: (life: Life, at: number) => Life;
}

/** The changes that happen by time alone in the present status. */
function timedChanges(life: Life, timing: Timing): TimedChange[] {
  const { status, lastUpdatedAt } = life;
  const after = (since: number, seconds: number, then: TimedChange['then']): TimedChange => ({
    at: since + seconds * 1000,
    then,
  });
  const ending =
    (reason: StatusReason): TimedChange['then'] =>
    (before, at) =>
      end(before, reason, at);
  const becoming =
    (next: SessionStatus): TimedChange['then'] =>
    (before, at) =>
      enter(before, next, at);
  if (isFinished(life)) return [];
  if (status === 'TERMINATING') {
    return [after(lastUpdatedAt, timing.terminatingSeconds, ending(life.endReason ?? 'apiTerminated'))];
  }
  const list = [after(life.createdAt, life.sessionLengthSeconds, ending('maxSessionLengthTimeout'))];
  switch (status) {
    case 'ACTIVATING':
      if (life.placedAt === undefined) {
        list.push(after(life.createdAt, timing.placementTimeoutSeconds, ending('placementTimeout')));
      } else if (life.isAnswered) {
        list.push(after(life.placedAt, timing.activationSeconds, becoming('ACTIVE')));
      }
      break;
    case 'ACTIVE':
      list.push(after(lastUpdatedAt, life.connectionTimeoutSeconds, ending('connectionTimeout')));
      break;
    case 'CONNECTED':
      list.push(after(life.lastInputAt ?? lastUpdatedAt, timing.idleTimeoutSeconds, ending('idleTimeout')));
      if (life.lostAt !== undefined) {
        list.push(after(life.lostAt, timing.lossNoticeSeconds, becoming('PENDING_CLIENT_RECONNECTION')));
      }
      break;
    case 'PENDING_CLIENT_RECONNECTION':
      list.push(after(lastUpdatedAt, life.connectionTimeoutSeconds, ending('reconnectionTimeout')));
      break;
    case 'RECONNECTING':
      list.push(after(lastUpdatedAt, timing.readySeconds, becoming('ACTIVE')));
      break;
  }
  return list;
}

const earliest = (life: Life, timing: Timing): TimedChange | undefined =>
  timedChanges(life, timing).sort((a, b) => a.at - b.at)[0];

/** When time will next change this life, in epoch milliseconds, perhaps in the past; undefined: never. */
export const nextChangeAt = (life: Life, timing: Timing): number | undefined => earliest(life, timing)?.at;

/** Makes, in order, every change that is due by `now`. */
export function advance(life: Life, now: number, timing: Timing): Life {
  let current = life;
  for (let due = earliest(current, timing); due && due.at <= now; due = earliest(current, timing)) {
    // A setting may shorten a duration so that its end lies before the last change. Time never goes back.
    current = due.then(current, Math.max(due.at, current.lastUpdatedAt));
  }
  return current;
}
