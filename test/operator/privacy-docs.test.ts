import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionFacts } from '../../local/iam/facts.ts';
import { globMatches } from '../../local/iam/glob.ts';
import { readArguments } from '../../operator/commands/arguments.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const privacy = read('docs/privacy.md');

/** The rows of the table of what is kept, as cells. */
const rows = (privacy.split('<!-- kept: read by the tests -->\n')[1] ?? '')
  .split('\n\n')[0]
  ?.split('\n')
  .slice(2)
  .map((row) => row.slice(2, -2).split(' | '));

describe('docs/privacy.md', () => {
  it('names every kind of item that the table keeps of a player', () => {
    const items: { pk: string; sk: string }[] = JSON.parse(read('test/lambdas/sessions/stored-items.json'));
    const shared = /^(PACER|ADOPT)#/;
    const kinds = new Set(items.filter(({ pk }) => !shared.test(pk)).map(({ sk }) => sk.split('#')[0] ?? ''));
    expect(kinds.size).toBeGreaterThan(4);
    const table = (rows ?? []).map(([, where]) => where).join('\n');
    for (const kind of kinds) expect(table, kind).toMatch(new RegExp(`\`${kind}(#…)?\``));
  });

  it('says of everything that is kept where it is, how long it stays, and what forgetting does to it', () => {
    expect(rows?.length).toBeGreaterThan(10);
    for (const row of rows ?? []) {
      expect(row, row[0]).toHaveLength(4);
      for (const cell of row) expect(cell.length, row[0]).toBeGreaterThan(3);
    }
    // Only the records are deleted; test/lambdas/operators/operator-forget.test.ts shows that the rest stays.
    const deleted = rows?.filter(([, , , forget]) => forget?.startsWith('deletes'));
    expect(deleted?.map(([, where]) => where)).toEqual(['session table, `SESSION#…`']);
  });

  it('shows a command that this command line takes', () => {
    const [, subject = '', reason = ''] =
      /operator -- forget --subject '([^']+)' --reason '([^']+)'/.exec(privacy) ?? [];
    expect(readArguments(['forget', '--subject', subject, '--reason', reason])).toMatchObject({
      command: 'forget',
      subject,
    });
  });
});

interface Statement {
  Action: string[];
  Resource: string | string[];
}
const policyText = /<!-- case policy: read by the tests -->\n```json\n([\s\S]*?)```/.exec(
  read('docs/operator.md'),
)?.[1];
const { Statement: statements }: { Statement: Statement[] } = JSON.parse(policyText ?? '{}');

describe('the policy for a case in docs/operator.md', () => {
  it('names only actions that AWS has, and only resources that each action can have', async () => {
    for (const { Action, Resource } of statements) {
      for (const action of Action) {
        const facts = await actionFacts(action);
        expect(facts?.name, action).toBe(action);
        const patterns = facts?.resourceTypes.map(({ arnPattern }) => arnPattern) ?? [];
        for (const resource of [Resource].flat()) {
          if (resource === '*') expect(patterns, action).toEqual([]);
          else
            expect(
              patterns.some((pattern) => globMatches(pattern, resource)),
              `${action} ${resource}`,
            ).toBe(true);
        }
      }
    }
  });

  it('reads, and can change or end nothing', () => {
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.toSorted()).toEqual([
      'cloudformation:DescribeStacks',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
      'dynamodb:Query',
      'execute-api:Invoke',
      'gameliftstreams:GetStreamSession',
      'logs:GetQueryResults',
      'logs:StartQuery',
      'logs:StopQuery',
    ]);
    const invoke = statements.find(({ Action }) => Action.includes('execute-api:Invoke'));
    expect(invoke?.Resource).toEqual([expect.stringMatching(/\/GET\//)]);
  });
});
