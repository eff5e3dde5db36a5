import { fromStored, SLOT_ATTRIBUTES, toStored } from '../dynamodb/stored-names.ts';
import type { Table, WriteOutcome } from '../dynamodb/table.ts';
import { updateExpression } from '../dynamodb/update-expression.ts';
import type { Slot } from './slot.ts';

/** A slot's item outlives any session (24 hours at most), since an expired one would let in one session too many. */
const SLOT_KEPT_MS = 26 * 3_600_000;

/** What a write may set or, given as null, remove. */
export type SlotChanges = { [Name in Exclude<keyof Slot, 'index' | 'revision'>]?: Slot[Name] | null };

/** A player's slots in the table. Every write names the revision it read, so of two at once one fails. */
export interface Slots {
  /** All slots from 0 to `count` - 1, those never used included. */
  read(playerId: string, count: number): Promise<Slot[]>;
  /** Nothing is written when somebody wrote since it was read. */
  write(playerId: string, slot: Slot, changes: SlotChanges, now: number): Promise<WriteOutcome<Slot>>;
}

export function tableSlots(table: Table): Slots {
  return {
    async read(playerId, count) {
      const items = await table.query(playerId, 'SLOT#');
      const used = new Map(items.map((item) => [item.index, item]));
      return Array.from({ length: count }, (_, index) => {
        return toSlot(used.get(index) ?? { index, revision: 0 });
      });
    },
    async write(playerId, slot, changes, now) {
      const { update, names, values } = updateExpression({
        ...toStored(changes, SLOT_ATTRIBUTES),
        index: slot.index,
        revision: slot.revision + 1,
        ttl: Math.ceil((now + SLOT_KEPT_MS) / 1000),
      });
      const { written, item } = await table.updateOrFind(
        { pk: playerId, sk: `SLOT#${slot.index}` },
        {
          update,
          condition: slot.revision === 0 ? 'attribute_not_exists(pk)' : '#revision = :read',
          names,
          values: slot.revision === 0 ? values : { ...values, ':read': slot.revision },
        },
      );
      return { written, item: item && toSlot(item) };
    },
  };
}

function toSlot(item: Record<string, unknown>): Slot {
  const { pk, sk, ttl, ...slot } = fromStored(item, SLOT_ATTRIBUTES);
  return slot as unknown as Slot;
}
