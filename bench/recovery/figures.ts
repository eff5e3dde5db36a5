import { nameOf, POLICIES, type Policy, type Recoveries, type Recovery } from './conditions.ts';

/** What one policy made of the cuts of a kind, as `--json` prints it: milliseconds from the cut on, medians unless a name says otherwise. */
export interface Figures {
  detectMs: number;
  answerMs: number;
  frameMs: number;
  frameP95Ms: number;
}

/** What the table says besides. */
export interface MoreFigures {
  detectP95Ms: number;
  answerP95Ms: number;
}

/** @param recoveries at least one */
export function figuresOf(recoveries: readonly Recovery[]): Figures & MoreFigures {
  const at = (name: keyof Recovery, share: number) =>
    quantile(
      recoveries.map((recovery) => recovery[name]),
      share,
    );
  return {
    detectMs: at('detectMs', 0.5),
    answerMs: at('answerMs', 0.5),
    frameMs: at('frameMs', 0.5),
    frameP95Ms: at('frameMs', 0.95),
    detectP95Ms: at('detectMs', 0.95),
    answerP95Ms: at('answerMs', 0.95),
  };
}

/** What `--json` prints: the first condition's figures at the top, the others' under their names beside them. */
export function jsonFigures(cuts: number, recoveries: Recoveries): Record<string, unknown> {
  const [first, ...others] = recoveries.map(({ condition, of }) => ({
    name: nameOf(condition),
    each: Object.fromEntries(POLICIES.map((policy) => [policy, printed(figuresOf(of[policy]))])) as Record<
      Policy,
      Figures
    >,
  }));
  return { cuts, ...first?.each, ...Object.fromEntries(others.map(({ name, each }) => [name, each])) };
}

function printed({ detectMs, answerMs, frameMs, frameP95Ms }: Figures): Figures {
  return { detectMs, answerMs, frameMs, frameP95Ms };
}

/** The nearest rank, in whole milliseconds. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
}
