import { protocolTable } from '../protocol.ts';

const ALWAYS = ['type', 'title', 'status', 'detail', 'code', 'retry', 'requestId'];

/** What problems carry beside the standard members, by code, as the last column of a table in docs/protocol.md says. */
function carried(marker: string): Map<string, { always: string[]; sometimes: string[] }> {
  return new Map(
    protocolTable(marker).map(([code = '', , , , carries = '']) => {
      const members = carries.split(', ').filter((member) => member !== '');
      const named = (those: string[]) => those.map((member) => member.split(' ')[0] ?? '');
      return [
        code,
        {
          always: named(members.filter((member) => !member.includes(' where '))),
          sometimes: named(members.filter((member) => member.includes(' where '))),
        },
      ];
    }),
  );
}

const tables = { player: carried('codes'), operator: carried('operator codes') };

/** Members that a problem has and its code's row does not name, or lacks and must have: `+member`, `-member`. */
export function undocumentedMembers(api: keyof typeof tables, problem: { code: string }): string[] {
  const { always, sometimes } = tables[api].get(problem.code) ?? { always: [], sometimes: [] };
  const more = Object.keys(problem).filter((member) => !ALWAYS.includes(member));
  return [
    ...more.filter((member) => ![...always, ...sometimes].includes(member)).map((member) => `+${member}`),
    ...always.filter((member) => !more.includes(member)).map((member) => `-${member}`),
  ];
}
