import * as z from 'zod';

const MAX_DELAY_MS = 10_000;
const MAX_FREEZE_MS = 600_000;
const milliseconds = z.number().min(0).max(MAX_DELAY_MS);
const span = z.number().positive().max(MAX_FREEZE_MS);

const schema = z.strictObject({
  /** Share of packets that are lost, each independently. */
  lossPercent: z.number().min(0).max(100).default(0),
  /** The delay of every packet, one way. */
  delayMs: milliseconds.default(0),
  /** The largest additional delay of a packet. */
  jitterMs: milliseconds.default(0),
  /** Whether each packet has its own jitter, so that packets overtake each other; otherwise they stay in order. */
  reorder: z.boolean().default(false),
  /** The bandwidth each way, in kilobits a second; absent: unlimited. */
  rateKbps: z.number().min(1).max(1_000_000).optional(),
  /** For the last `forMs` of every `everyMs` no packet passes: it is held until the end of the freeze, or lost. */
  freeze: z
    .strictObject({ everyMs: span, forMs: span, packets: z.enum(['held', 'lost']).default('held') })
    .refine(({ everyMs, forMs }) => forMs < everyMs)
    .optional(),
});

/** A bad network between a client and its game. Each direction is independent. Times in milliseconds. */
export type Network = z.infer<typeof schema>;
/** The same as a person writes it: what is absent is good. */
export type NetworkInput = z.input<typeof schema>;

const DELAY_HELP = `a number of milliseconds from 0 to ${MAX_DELAY_MS}`;
const HELP: Readonly<Record<keyof Network, string>> = {
  lossPercent: 'a number from 0 to 100',
  delayMs: DELAY_HELP,
  jitterMs: DELAY_HELP,
  reorder: 'true or false',
  rateKbps: 'a number from 1 to 1000000',
  freeze: `{"everyMs": milliseconds, "forMs": fewer milliseconds, "packets": "held" or "lost"}, at most ${MAX_FREEZE_MS}`,
};

/**
 * Reads a network; `{}` and null mean a good one.
 * @returns undefined for a good network
 * @throws Error with a sentence that names the key and what is allowed
 */
export function parseNetwork(input: unknown): Network | undefined {
  if (input === null) return undefined;
  const result = schema.safeParse(input);
  if (result.success) return Object.keys(input as object).length === 0 ? undefined : result.data;
  const sentences = result.error.issues.map((issue) => {
    const [name] = issue.path;
    if (name !== undefined) return `"${String(name)}" of a network must be ${HELP[name as keyof Network]}.`;
    return issue.code === 'unrecognized_keys'
      ? `Unknown key "${issue.keys.join('", "')}" in a network: allowed are ${Object.keys(HELP).join(', ')}.`
      : 'A network must be a JSON object, or null for one that works.';
  });
  throw new Error([...new Set(sentences)].join(' '));
}
