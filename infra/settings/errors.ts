/** Turns invalid settings into one line each: the setting, its value, and what to write instead. */
import type * as z from 'zod';

/** One invalid setting: its path, and what is allowed there. */
export interface InvalidSetting {
  readonly path: readonly PropertyKey[];
  readonly allowed: string;
}

/** Settings that cannot be deployed. `lines` has one line for each invalid setting. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options);
    this.lines = lines;
  }
}

/** `['streamGroups', 1, 'region']` as text: `streamGroups[1].region`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** The value at `path` in the deployer's input, `undefined` if there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    input,
  );
}

/** The value as JSON, in at most 60 characters and on one line. */
function given(value: unknown): string {
  if (value === undefined) return 'missing';
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

export function invalidLine(input: unknown, { path, allowed }: InvalidSetting): string {
  const subject = path.length > 0 ? `${pathText(path)} is` : 'the settings are';
  return `${subject} ${given(valueAt(input, path))}; write ${allowed}`;
}

/** Levenshtein distance: the number of edits (insert, delete, replace) that turn one word into the other. */
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

/** The known name with the smallest distance, ignoring case. The first one wins a tie. */
export function nearest(name: string, known: readonly string[]): string {
  const score = (candidate: string) => distance(name.toLowerCase(), candidate.toLowerCase());
  return known.reduce(
    (best, candidate) => (score(candidate) < score(best) ? candidate : best),
    known[0] ?? '',
  );
}

/** Suggests a known name if it is near enough. */
function suggestion(key: string, known: readonly string[]): string {
  const name = nearest(key, known);
  const slip = distance(key.toLowerCase(), name.toLowerCase()) <= Math.ceil(name.length / 3);
  return slip ? `; did you mean ${JSON.stringify(name)}? ` : '. ';
}

/** One line for each zod issue. The messages of the schema are already what is allowed. */
export function zodIssueLines(input: unknown, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [invalidLine(input, { path: issue.path, allowed: issue.message })];
    const known = issue.message.split(', ');
    return issue.keys.map(
      (key) =>
        `${pathText([...issue.path, key])} is not a setting${suggestion(key, known)}Known here: ${issue.message}`,
    );
  });
}
