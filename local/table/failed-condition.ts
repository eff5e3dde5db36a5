/**
 * `ReturnValuesOnConditionCheckFailure` for dynalite, which lacks it: where the condition of a write fails, the error holds the item, as
 * it was under the write's own lock. A proxy that read the item afterwards could return a later one.
 */
import { createRequire } from 'node:module';

/** A write as dynalite passes it on between its parts. */
interface Write {
  ReturnValuesOnConditionCheckFailure?: string;
}
type Item = Record<string, unknown>;
type ConditionError = Error & { body: Item };

interface DynaliteDb {
  /** @returns the error of a condition that fails */
  checkConditional(write: Write, item: Item | undefined): ConditionError | null | undefined;
}
interface DynaliteValidation {
  types: Record<string, unknown>;
  /** @returns what is wrong with a request */
  custom(write: Write, store: { options: StoreOptions }): string | undefined;
}

/** An option of dynalite's that it hands to its parts as it is. */
export interface StoreOptions {
  /** Whether a failed condition's error may hold the item. */
  returnsItemOnFailedCondition?: () => boolean;
}

const MEMBER = 'ReturnValuesOnConditionCheckFailure';
const WRITES = ['putItem', 'updateItem', 'deleteItem'];

let isAdded = false;

/**
 * Teaches dynalite the member, once a process. A store says with {@link StoreOptions} whether it follows it.
 * @throws Error where this version of dynalite is built otherwise
 */
export function addItemsOfFailedConditions(): void {
  if (isAdded) return;
  isAdded = true;
  const require = createRequire(import.meta.url);
  const db = require('dynalite/db') as DynaliteDb;
  const { checkConditional } = db;
  if (typeof checkConditional !== 'function')
    throw new Error(`dynalite has no checkConditional for ${MEMBER}`);
  db.checkConditional = (write, item) => {
    const error = checkConditional(write, item);
    if (error && item && write[MEMBER] === 'ALL_OLD') error.body.Item = item;
    return error;
  };
  for (const name of WRITES) {
    const validation = require(`dynalite/validations/${name}`) as DynaliteValidation;
    const { custom } = validation;
    validation.types[MEMBER] = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
    validation.custom = (write, store) => {
      if (!store.options.returnsItemOnFailedCondition?.()) delete write[MEMBER];
      return custom(write, store);
    };
  }
}
