import * as z from 'zod';
import type { Clock } from '../model/clock.ts';
import type { Direction } from './shaper.ts';

/** How a client can be lost for good: all its packets are dropped silently, or its connection is closed cleanly. */
export type Loss = 'blackhole' | 'close';

/**
 * A loss that can end again. A blackout drops every packet of the player, in both directions, also of a new connection; it lasts
 * `seconds`, or without them until it is undone. A dead downlink drops the packets to the player on the present connection; the
 * player's own packets arrive.
 */
export type Outage = { how: 'blackout'; seconds?: number | undefined } | { how: 'downlink' };

export type Drop = { how: Loss } | Outage;

const MAX_SECONDS = 3_600;

const schema = z.discriminatedUnion('how', [
  z.strictObject({ how: z.enum(['blackhole', 'close', 'downlink']) }),
  z.strictObject({ how: z.literal('blackout'), seconds: z.number().positive().max(MAX_SECONDS).optional() }),
]);

/** @throws Error with a sentence that says what a drop may be */
export function parseDrop(input: unknown): Drop {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new Error(
    `The body must be {"how": "blackhole"}, {"how": "close"}, {"how": "downlink"}, or {"how": "blackout"}, which may have "seconds": a number above 0, at most ${MAX_SECONDS}.`,
  );
}

/** An outage as the control API shows it. `endsAt` is ISO 8601, absent where it lasts until it is undone. */
export interface OutageView {
  how: Outage['how'];
  endsAt?: string;
}

/** The outage of one stream session. A new one replaces the one before. */
export interface Outages {
  /** @param connection the present connection, the only one that a dead downlink affects */
  begin(outage: Outage, connection: object | undefined): void;
  /** @returns false when there is none */
  end(): boolean;
  carries(connection: object | undefined, direction: Direction): boolean;
  view(): OutageView | undefined;
}

/** @param onTimeUp called when an outage ends after its seconds */
export function createOutages(clock: Clock, onTimeUp: () => void): Outages {
  let present: (OutageView & { connection: object | undefined }) | undefined;
  let cancel = () => {};

  const end = () => {
    cancel();
    const isOver = present !== undefined;
    present = undefined;
    return isOver;
  };
  return {
    begin: (outage, connection) => {
      end();
      present = { how: outage.how, connection };
      if (outage.how !== 'blackout' || outage.seconds === undefined) return;
      const endsAt = clock.now() + outage.seconds * 1000;
      present.endsAt = new Date(endsAt).toISOString();
      cancel = clock.at(endsAt, () => {
        end();
        onTimeUp();
      });
    },
    end,
    carries: (connection, direction) =>
      present === undefined ||
      (present.how === 'downlink' && (direction === 'toGame' || connection !== present.connection)),
    view: () => present && { how: present.how, ...(present.endsAt && { endsAt: present.endsAt }) },
  };
}
