/** The tables of docs/protocol.md that are generated from the contract. */
import type { Api } from '../openapi/api.ts';
import { operatorApi } from '../openapi/operator.ts';
import { playerApi } from '../openapi/player.ts';
import { OPERATOR_PROBLEM_MEMBERS, PROBLEM_MEMBERS } from '../problem-members.ts';
import { routeKey } from '../routes.ts';

type Cells = readonly string[];

const code = (name: string) => `\`${name}\``;
const rowOf = (cells: Cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
const cellsOf = (row: string) =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** The codes with their statuses. The column `when` stays as it is in the page, and is empty for a new code. */
function codeRows(
  { problems }: Api,
  members: Readonly<Record<string, Readonly<Record<string, string>>>>,
  written: readonly Cells[],
): Cells[] {
  return Object.entries(problems).map(([name, { status, retry }]) => {
    const [, , , when = ''] = written.find(([first]) => first === code(name)) ?? [];
    const carried = Object.entries(members[name] ?? {}).map(([member, where]) =>
      `${code(member)} ${where}`.trim(),
    );
    return [code(name), String(status), retry, when, carried.join(', ')];
  });
}

/** The codes of each route. The first row has the codes of every route. */
function routeRows({ routes, contracts, problems }: Api): Cells[] {
  const codesOf = (name: string) =>
    Object.keys(problems).filter((each) => contracts[name]?.problems.includes(each));
  const names = Object.keys(routes);
  const shared = Object.keys(problems).filter((each) => names.every((name) => codesOf(name).includes(each)));
  const listed = (codes: readonly string[]) => codes.map(code).join(', ') || 'no others';
  return [
    ['every route', listed(shared)],
    ...Object.entries(routes).map(([name, route]) => [
      code(routeKey(route)),
      listed(codesOf(name).filter((each) => !shared.includes(each))),
    ]),
  ];
}

const TABLES: Readonly<Record<string, (written: readonly Cells[]) => Cells[]>> = {
  codes: (written) => codeRows(playerApi, PROBLEM_MEMBERS, written),
  'route codes': () => routeRows(playerApi),
  'operator codes': (written) => codeRows(operatorApi, OPERATOR_PROBLEM_MEMBERS, written),
  'operator route codes': () => routeRows(operatorApi),
};

/**
 * The page with new tables. Each table follows a comment that names it.
 * @throws {Error} naming a table that the page does not have
 */
export function withTables(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, rowsOf]) => {
    const marker = `<!-- ${name}: written by npm run generate -->\n`;
    const [before, behind] = text.split(marker);
    if (before === undefined || behind === undefined) throw new Error(`docs/protocol.md has no ${marker}`);
    const lines = behind.split('\n');
    const end = lines.findIndex((line) => !line.startsWith('|'));
    const [head = '', rule = '', ...rows] = lines.slice(0, end);
    const table = [head, rule, ...rowsOf(rows.map(cellsOf)).map(rowOf)];
    return [before, marker, [...table, ...lines.slice(end)].join('\n')].join('');
  }, page);
}
