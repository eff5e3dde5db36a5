/** Turns what is wrong with settings into one line each: the setting, what was given, what to write. */
import type * as z from 'zod';

/** One thing wrong: where, and what may stand there. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly allowed: string;
}

/** Settings that cannot be deployed. `lines` has one sentence for each problem. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options);
    this.lines = lines;
  }
}

/** `['streamGroups', 1, 'region']` as a deployer reads it: `streamGroups[1].region`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** The value at `path` in what the deployer wrote, `undefined` where there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  );
}

/** What was given, in at most 60 characters and always on one line. */
function given(value: unknown): string {
  if (value === undefined) return 'missing';
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

export function problemLine(input: unknown, { path, allowed }: Problem): string {
  const subject = path.length > 0 ? `${pathText(path)} is` : 'the settings are';
  return `${subject} ${given(valueAt(input, path))}; write ${allowed}`;
}

/** Edits (insert, delete, replace) that turn one word into the other: Levenshtein's distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The known name nearest to what was written; names that differ only in case come first. */
export function nearest(name: string, known: readonly string[]): string {
  const score = (candidate: string) => distance(name.toLowerCase(), candidate.toLowerCase());
  return known.reduce(
    (best, candidate) => (score(candidate) < score(best) ? candidate : best),
    known[0] ?? '',
  );
}

/** Asks whether a name was meant, where one is near enough to be a slip. */
function suggestion(key: string, known: readonly string[]): string {
  const name = nearest(key, known);
  const slip = distance(key.toLowerCase(), name.toLowerCase()) <= Math.ceil(name.length / 3);
  return slip ? `; did you mean ${JSON.stringify(name)}? ` : '. ';
}

/** One line for each thing zod found. The schema's messages are already the sentence of what is allowed. */
export function issueLines(input: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [problemLine(input, { path: issue.path, allowed: issue.message })];
    const known = issue.message.split(', ');
    return issue.keys.map(
      (key) =>
        `${pathText([...issue.path, key])} is not a setting${suggestion(key, known)}Known here: ${issue.message}`,
    );
  });
}
