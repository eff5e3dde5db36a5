import type { Update } from './table.ts';

/** SET and REMOVE for a set of changes: null removes, undefined leaves alone. */
export function updateExpression(changes: object): Required<Omit<Update, 'condition' | 'blind'>> {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    names[`#${name}`] = name;
    if (value === null) {
      removes.push(`#${name}`);
    } else {
      values[`:${name}`] = value;
      sets.push(`#${name} = :${name}`);
    }
  }
  const clauses = [
    sets.length > 0 ? `SET ${sets.join(', ')}` : '',
    removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '',
  ];
  return { update: clauses.filter((clause) => clause !== '').join(' '), names, values };
}
