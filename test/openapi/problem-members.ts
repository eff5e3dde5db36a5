import { protocolTable } from '../protocol.ts';

const ALWAYS = ['type', 'title', 'status', 'detail', 'code', 'retry', 'requestId'];

/** The members of a problem beside the standard ones, by code, from the last column of a table in docs/protocol.md. */
function problemMembers(marker: string): Map<string, { always: string[]; sometimes: string[] }> {
  return new Map(
    protocolTable(marker).map(([code = '', , , , column = '']) => {
      const members = column.split(', ').filter((member) => member !== '');
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

const tables = { player: problemMembers('codes'), operator: problemMembers('operator codes') };

/** Differences between a problem and the row of its code: `+member` if the row does not name it, `-member` if it is missing. */
export function undocumentedMembers(api: keyof typeof tables, problem: { code: string }): string[] {
  const { always, sometimes } = tables[api].get(problem.code) ?? { always: [], sometimes: [] };
  const more = Object.keys(problem).filter((member) => !ALWAYS.includes(member));
  return [
    ...more.filter((member) => ![...always, ...sometimes].includes(member)).map((member) => `+${member}`),
    ...always.filter((member) => !more.includes(member)).map((member) => `-${member}`),
  ];
}
