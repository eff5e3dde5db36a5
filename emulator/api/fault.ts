import * as z from 'zod';
import type { ErrorName } from '../model/errors.ts';
import { OPERATIONS, type Operation } from '../model/settings.ts';
import { OPERATION_SPECS } from './operations.ts';

/** The faults that are an error of the service, and that error. */
export const FAULT_ERRORS: Readonly<Record<string, readonly [ErrorName, string]>> = {
  throttle: ['ThrottlingException', 'Rate exceeded'],
  internal: ['InternalServerException', 'Internal server error'],
  notReady: ['StreamSessionAccessNotReadyException', 'The stream session is not ready for access yet.'],
  accessDenied: ['AccessDeniedException', 'Access denied.'],
  validation: ['ValidationException', 'The request is not valid.'],
  conflict: ['ConflictException', 'The request conflicts with the state of the resource.'],
  quota: ['ServiceQuotaExceededException', 'The service quota is exceeded.'],
};

const KINDS = [...Object.keys(FAULT_ERRORS), 'latency', 'hold', 'reset', 'lostResponse'] as const;
/** Stands for every operation. */
export const ALL = '*';

/** Where a call can be held: before it takes effect, or when its response is ready. */
export const HOLD_PLACES = ['arrival', 'answer'] as const;
export type HoldPlace = (typeof HOLD_PLACES)[number];

/** A bare id, the last part of an ARN. */
const id = z.string().regex(/^[\w-]{1,128}$/);

const schema = z
  .strictObject({
    operation: z.enum([ALL, ...OPERATIONS]),
    kind: z.enum(KINDS),
    streamGroupId: id.optional(),
    streamSessionId: id.optional(),
    probability: z.number().gt(0).max(1).optional(),
    count: z.int().min(1).max(1_000_000).optional(),
    milliseconds: z.int().min(1).max(600_000).optional(),
    at: z.enum(HOLD_PLACES).optional(),
  })
  .refine((fault) => fault.probability === undefined || fault.count === undefined, {
    error: 'give "probability" or "count", not both',
  })
  .refine((fault) => fault.kind === 'latency' || fault.milliseconds === undefined, {
    error: '"milliseconds" belongs to the kind "latency"',
  })
  .refine((fault) => fault.kind === 'hold' || fault.at === undefined, {
    error: '"at" belongs to the kind "hold"',
  })
  .refine(
    (fault) => fault.streamSessionId === undefined || names(fault.operation, 'StreamSessionIdentifier'),
    {
      error: 'a call of this operation names no stream session, so leave "streamSessionId" out',
    },
  )
  .refine((fault) => fault.streamGroupId === undefined || names(fault.operation, 'Identifier'), {
    error: 'a call of this operation names no stream group, so leave "streamGroupId" out',
  });

/** Whether calls of an operation have this member. Some operation has each of them. */
function names(operation: typeof ALL | Operation, member: string): boolean {
  return operation === ALL || Object.hasOwn(OPERATION_SPECS[operation].input.members, member);
}

/** A planned fault. Without `probability` and `count` it hits every matching call until it is deleted. */
export type Fault = z.infer<typeof schema>;

const HELP: Readonly<Record<keyof Fault, string>> = {
  operation: `one of ${[ALL, ...OPERATIONS].join(', ')}`,
  kind: `one of ${KINDS.join(', ')}`,
  streamGroupId: 'the id of a stream group, which is the last part of its ARN',
  streamSessionId: 'the id of a stream session, which is the last part of its ARN',
  probability: 'a number above 0, at most 1',
  count: 'a whole number of calls, 1 or more',
  milliseconds: 'a whole number from 1 to 600000',
  at: `one of ${HOLD_PLACES.join(', ')}`,
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
    return Object.hasOwn(HELP, name)
      ? `"${name}" of a fault must be ${HELP[name as keyof Fault]}.`
      : issue.code === 'custom'
        ? `A fault is refused: ${issue.message}.`
        : 'A fault must be a JSON object.';
  });
  throw new Error(sentences.join(' '));
}
