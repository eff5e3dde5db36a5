/** Queries of CloudWatch Logs Insights. All have one form, which `local/aws/insights.ts` knows too. */

/** What an id of ours or of AWS's can be. Nothing else gets into a query: log lines hold what strangers wrote. */
const ID = /^[-_a-zA-Z0-9/=+.]{1,1024}$/;

/** A query's text has at most 10,000 characters (StartQuery, API reference). */
const MAX_QUERY_CHARACTERS = 9_000;

/** More lines than this are no case that a human reads. */
export const MAX_LINES = 2_000;

/** Ids that may stand in a query, each once. */
export const usableIds = (ids: Iterable<string | undefined>): string[] =>
  [...new Set(ids)].filter((id) => id !== undefined && ID.test(id)) as string[];

/** The values of each field that a line may have. A line counts if one of its fields has one of the values. */
export type Wanted = Readonly<Record<string, readonly string[]>>;

/**
 * The query for lines that have one of these values, the oldest first.
 * @returns undefined without any value; else the query, and how many values did not fit into it
 */
export function linesWith(wanted: Wanted): { query: string; left: number } | undefined {
  const conditions: string[] = [];
  let room = MAX_QUERY_CHARACTERS;
  let left = 0;
  for (const [field, values] of Object.entries(wanted)) {
    const taken = [];
    for (const value of usableIds(values)) {
      room -= value.length + 4;
      if (room > 0) taken.push(`"${value}"`);
      else left += 1;
    }
    if (taken.length > 0) conditions.push(`${field} in [${taken.join(', ')}]`);
  }
  if (conditions.length === 0) return undefined;
  const query = `fields @timestamp, @log, @message | filter ${conditions.join(' or ')} | sort @timestamp asc | limit ${MAX_LINES}`;
  return { query, left };
}
