import type { StreamEvent } from '../../../client/src/index.ts';
import { healedSentence, returnSentence } from './game.ts';
import { lossReason, reasonOf } from './sentences.ts';
import type { Moment } from './timeline.ts';

/** The timeline of one reconnect, or of a first connection. */
export interface Recovery {
  /** Starts a new timeline with the player's own cut. */
  cut(label: string, at: number): void;
  /** Starts a new timeline with a connect. @param before the game's counter when it was seen last, for a reconnect */
  connect(at: number, before: number | undefined, isReturn: boolean): void;
  /**
   * @param counter the game's counter; undefined: the game sends none
   * @returns the sentence about the reconnect, once it is over, where no counter will come to prove it
   */
  addEvent(event: StreamEvent, counter: number | undefined): string | undefined;
  /** Takes the game's counter on the present connection. @returns the sentence about the reconnect, once it is over */
  counterSeen(counter: number): string | undefined;
  moments(): readonly Moment[];
  forget(): void;
}

function healedDetail(silentMs: number): string {
  return `after ${(silentMs / 1000).toFixed(1)} s; nothing was replaced`;
}

/** Makes moments of the library's events. All times are milliseconds of one clock. */
export function createRecovery(): Recovery {
  let moments: Moment[] = [];
  let cutPending = false;
  let returning:
    | { since: number; before: number | undefined; frameAt?: number; healedMs?: number }
    | undefined;
  let known = false;

  const add = (kind: Moment['kind'], at: number, label: string, detail?: string) => {
    moments = [...moments, { kind, at, label, ...(detail === undefined ? {} : { detail }) }];
  };

  /** The sentence about the reconnect, once it is over. @param counter undefined where the game sends none */
  const over = (counter: number | undefined): string | undefined => {
    if (returning === undefined) return undefined;
    const { since, before, frameAt, healedMs } = returning;
    if (healedMs === undefined && frameAt === undefined) return undefined;
    // A counter that still comes says more.
    if (counter !== undefined) returning = undefined;
    return healedMs !== undefined
      ? healedSentence(healedMs / 1000, before, counter)
      : returnSentence(((frameAt ?? since) - since) / 1000, before, counter);
  };

  return {
    moments: () => moments,
    forget() {
      moments = [];
      cutPending = false;
      returning = undefined;
    },
    cut(label, at) {
      moments = [];
      cutPending = true;
      add('cut', at, label);
    },
    connect(at, before, isReturn) {
      moments = [];
      cutPending = false;
      known = isReturn;
      returning = isReturn ? { since: at, before } : undefined;
    },
    addEvent(event, counter) {
      const { at } = event;
      // A request from before the heal may still be answered. It adds nothing to the timeline.
      const isLate = event.name === 'refused' || event.name === 'answered';
      if (isLate && moments.at(-1)?.kind === 'healed') return undefined;
      switch (event.name) {
        case 'lost': {
          if (!cutPending) {
            moments = [];
            add('cut', at - event.silentMs, 'Last sign of life');
          }
          cutPending = false;
          known = true;
          returning = { since: moments[0]?.at ?? at, before: counter };
          add('noticed', at, 'Loss noticed', lossReason(event.why, event.silentMs));
          break;
        }
        case 'healed':
          if (returning !== undefined) returning.healedMs = event.silentMs;
          add('healed', at, 'Healed', healedDetail(event.silentMs));
          return counter === undefined && returning?.before === undefined ? over(undefined) : undefined;
        case 'asked':
          add('asked', at, known ? 'Asked' : 'Asked for a session');
          break;
        case 'refused': {
          const label = event.waitMs > 0 ? `Waits ${(event.waitMs / 1000).toFixed(1)} s` : 'Refused';
          add('wait', at, label, reasonOf(event.code));
          break;
        }
        case 'answered':
          add('answered', at, event.replayed ? 'Answered again, the same answer' : 'Answered');
          break;
        case 'first_frame':
          if (returning !== undefined) returning.frameAt = at;
          add('frame', at, 'First frame');
          return counter === undefined && returning?.before === undefined ? over(undefined) : undefined;
      }
      return undefined;
    },
    counterSeen: over,
  };
}
