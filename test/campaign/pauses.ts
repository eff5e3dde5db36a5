/** Checks of the brake: when new sessions are paused, and what that does to a start. */
import type { Exchange } from './exchange.ts';
import type { Violation } from './plan.ts';
import { isSameRequest, type PlayerRequest } from './players.ts';
import type { MemoryTable } from './table.ts';
import type { Witness } from './witness.ts';

/** A sandbox keeps what it has read for so long; clocks differ by less than half a second. */
const CACHED_MS = 5500;
/** The table's late write takes effect within this time after it seemed to fail. */
const LATE_MS = 4000;

/** An operator's setting of the brake. */
interface Setting {
  issuedAt: number;
  /** Absent while it is under way. */
  endedAt?: number;
  /** Whether the answer said that it is set. */
  isAcknowledged?: boolean;
  seconds: number;
}

export interface Pauses {
  /** Notes a request before it is sent. */
  begin(request: PlayerRequest): void;
  /** The violations of an answer. */
  check(
    exchange: Exchange,
    past: readonly Exchange[],
    issued: readonly { request: PlayerRequest }[],
  ): Violation[];
}

export function pausesOf(table: MemoryTable, witness: Witness, now: () => number): Pauses {
  const settings = new Map<number | string, Setting>();
  /** When a start may have failed to read the brake. It then counts as off, in that sandbox, for a while. */
  const unread: { from: number; to: number }[] = [];

  /** Whether each sandbox must know of a pause during all of an exchange. */
  function isSurelyOn({ issuedAt, endedAt }: Exchange): boolean {
    const made = [...settings.values()].filter((each) => each.issuedAt <= endedAt);
    const last = made.at(-1);
    if (!last?.isAcknowledged || last.endedAt === undefined || last.seconds === 0) return false;
    const others = made.slice(0, -1);
    return (
      last.endedAt + CACHED_MS <= issuedAt &&
      last.issuedAt + last.seconds * 1000 >= endedAt + 1000 &&
      others.every(
        (each) => (each.endedAt ?? endedAt) + (each.isAcknowledged ? 0 : LATE_MS) < last.issuedAt,
      ) &&
      !table.wasOut(issuedAt - CACHED_MS, endedAt) &&
      !unread.some(({ from, to }) => from <= endedAt && to + CACHED_MS >= issuedAt)
    );
  }

  /** Whether any sandbox may still believe in a pause. */
  function isPerhapsOn({ issuedAt, endedAt }: Exchange): boolean {
    const made = [...settings.values()];
    return made.some(
      (pause) =>
        pause.seconds > 0 &&
        pause.issuedAt <= endedAt &&
        pause.issuedAt + pause.seconds * 1000 + CACHED_MS + LATE_MS >= issuedAt &&
        !made.some(
          (end) =>
            end.seconds === 0 &&
            end.isAcknowledged &&
            pause.isAcknowledged &&
            (pause.endedAt ?? endedAt) < end.issuedAt &&
            (end.endedAt ?? endedAt) + CACHED_MS < issuedAt,
        ),
    );
  }

  function judge(...[exchange, past, issued]: Parameters<Pauses['check']>): string | undefined {
    const { request, status, body, replayed } = exchange;
    const isBefore = (other: Exchange) => isSameRequest(other.request, request);
    if (body.code !== 'starts_paused') {
      const isNew = request.route === 'start' && status < 300 && !replayed;
      const isRepeated = issued.some(
        ({ request: other }) => other.id !== request.id && isSameRequest(other, request),
      );
      return isNew && !isRepeated && isSurelyOn(exchange)
        ? 'a start began a session while new sessions were paused'
        : undefined;
    }
    if (request.route !== 'start') return `${request.route} was refused because new sessions are paused`;
    if (!isPerhapsOn(exchange)) return 'a start was refused as paused, although new sessions were not paused';
    const calls = witness.callsOf(request.id);
    if (calls.some(({ operation, sk = '' }) => /^(Put|Update)/.test(operation) && sk.startsWith('SLOT#')))
      return 'a start that was refused as paused wrote to its slot';
    if (calls.some(({ operation }) => operation === 'StartStreamSession'))
      return 'a start that was refused as paused was sent to AWS';
    const first = past.find((other) => other.status < 300 && isBefore(other));
    const isNewest = past.findLast(
      (other) =>
        other.request.route === 'start' && other.request.player === request.player && other.status < 300,
    );
    const stands =
      first && isNewest && isBefore(isNewest) && first.faults.length === 0 && !first.tableWasDown;
    const isEnded = past.some(
      (other) =>
        other.request.session === first?.body.streamSession?.streamSessionId &&
        /terminate/.test(other.request.route),
    );
    return stands && !isEnded ? 'a start that was answered before was refused as paused' : undefined;
  }

  return {
    begin({ id, route, seconds, as }) {
      if (route === 'operator-brake' && seconds !== undefined && as === 'operator')
        settings.set(id, { issuedAt: now(), seconds });
    },
    check(exchange, past, issued) {
      const { request, issuedAt, endedAt, status } = exchange;
      const setting = settings.get(request.id);
      if (setting) Object.assign(setting, { endedAt, isAcknowledged: status < 300 });
      if (request.route === 'start' && exchange.faults.length > 0)
        unread.push({ from: issuedAt, to: endedAt });
      const what = judge(exchange, past, issued);
      if (what === undefined) return [];
      return [{ invariant: 10, what, ...(typeof request.id === 'number' ? { step: request.id } : {}) }];
    },
  };
}
