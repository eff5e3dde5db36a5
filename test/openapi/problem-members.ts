import { OPERATOR_PROBLEM_MEMBERS, PROBLEM_MEMBERS } from '../../contract/problem-members.ts';

const ALWAYS = ['type', 'title', 'status', 'detail', 'code', 'retry', 'requestId'];

const tables: Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>> = {
  player: PROBLEM_MEMBERS,
  operator: OPERATOR_PROBLEM_MEMBERS,
};

/** Differences between a problem and the contract of its code: `+member` if that does not name it, `-member` if it is missing. */
export function undocumentedMembers(api: 'player' | 'operator', problem: { code: string }): string[] {
  const members = tables[api]?.[problem.code] ?? {};
  const more = Object.keys(problem).filter((member) => !ALWAYS.includes(member));
  const needed = Object.keys(members).filter((member) => members[member] === '');
  return [
    ...more.filter((member) => !(member in members)).map((member) => `+${member}`),
    ...needed.filter((member) => !more.includes(member)).map((member) => `-${member}`),
  ];
}
