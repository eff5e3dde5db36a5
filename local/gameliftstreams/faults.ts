import * as z from 'zod';
import { type ErrorName, ServiceError } from './errors.ts';
import { OPERATIONS } from './settings.ts';

const ERRORS: Readonly<Record<string, readonly [ErrorName, string]>> = {
  throttle: ['ThrottlingException', 'Rate exceeded'],
  internal: ['InternalServerException', 'Internal server error'],
  notReady: ['StreamSessionAccessNotReadyException', 'The stream session is not ready for access yet.'],
  accessDenied: ['AccessDeniedException', 'Access denied.'],
  validation: ['ValidationException', 'The request is not valid.'],
  conflict: ['ConflictException', 'The request conflicts with the state of the resource.'],
  quota: ['ServiceQuotaExceededException', 'The service quota is exceeded.'],
};

/** What a latency without `milliseconds` adds. */
const DEFAULT_LATENCY_MS = 1000;

const KINDS = [...Object.keys(ERRORS), 'latency', 'reset', 'lostResponse'] as const;
const ALL = '*';

const schema = z
  .strictObject({
    operation: z.enum([ALL, ...OPERATIONS]),
    kind: z.enum(KINDS),
    probability: z.number().gt(0).max(1).optional(),
    count: z.int().min(1).max(1_000_000).optional(),
    milliseconds: z.int().min(1).max(600_000).optional(),
  })
  .refine((fault) => fault.probability === undefined || fault.count === undefined, {
    error: 'give "probability" or "count", not both',
  })
  .refine((fault) => fault.kind === 'latency' || fault.milliseconds === undefined, {
    error: '"milliseconds" belongs to the kind "latency"',
  });

/** A planned failure: with neither `probability` nor `count` it hits every call until it is deleted. */
export type Fault = z.infer<typeof schema>;

const HELP: Readonly<Record<string, string>> = {
  operation: `one of ${[ALL, ...OPERATIONS].join(', ')}`,
  kind: `one of ${KINDS.join(', ')}`,
  probability: 'a number above 0, at most 1',
  count: 'a whole number of calls, 1 or more',
  milliseconds: 'a whole number from 1 to 600000',
};

/** @throws Error with one sentence that names the key and what is allowed */
export function parseFault(input: unknown): Fault {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const sentences = result.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `Unknown key "${issue.keys.join('", "')}" in a fault: allowed are ${Object.keys(HELP).join(', ')}.`;
    }
    const name = String(issue.path[0] ?? '');
    return HELP[name]
      ? `"${name}" of a fault must be ${HELP[name]}.`
      : issue.code === 'custom'
        ? `A fault is refused: ${issue.message}.`
        : 'A fault must be a JSON object.';
  });
  throw new Error(sentences.join(' '));
}

/** What befalls one call: a delay first, then at most one failure. */
export interface Fate {
  delayMs: number;
  error?: ServiceError;
  socket?: 'reset' | 'lostResponse';
  /** The kinds that hit, for the record of calls. */
  kinds: readonly string[];
}

export interface Faults {
  add(fault: Fault): void;
  list(): readonly Fault[];
  clear(): void;
  fateOf(operation: string): Fate;
}

export function createFaults(random: () => number = Math.random): Faults {
  let planned: Fault[] = [];

  const hits = (fault: Fault, operation: string) => {
    if (fault.operation !== ALL && fault.operation !== operation) return false;
    if (fault.probability !== undefined) return random() < fault.probability;
    if (fault.count === undefined) return true;
    fault.count -= 1;
    return true;
  };

  return {
    add: (fault) => {
      planned.push({ ...fault });
    },
    list: () => planned.map((fault) => ({ ...fault })),
    clear: () => {
      planned = [];
    },
    fateOf: (operation) => {
      const fate: Fate & { kinds: string[] } = { delayMs: 0, kinds: [] };
      let failed = false;
      for (const fault of planned) {
        // Once a call has failed it cannot fail again: later failures wait for the next call.
        if (failed && fault.kind !== 'latency') continue;
        if (!hits(fault, operation)) continue;
        fate.kinds.push(fault.kind);
        if (fault.kind === 'latency') {
          fate.delayMs += fault.milliseconds ?? DEFAULT_LATENCY_MS;
          continue;
        }
        failed = true;
        const error = ERRORS[fault.kind];
        if (error) fate.error = new ServiceError(...error);
        else fate.socket = fault.kind as 'reset' | 'lostResponse';
      }
      planned = planned.filter((fault) => fault.count !== 0);
      return fate;
    },
  };
}
