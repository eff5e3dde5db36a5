import { describe, expect, test } from 'vitest';
import { createAuthorizer } from '../../../local/iam/authorizer.ts';
import { compareGrants } from '../../../local/iam/least-privilege.ts';
import { role, type StatementInput, tableArn } from './support.ts';

const [sessions, groups] = [tableArn('Sessions'), tableArn('Groups')];
const minimal: StatementInput[] = [
  { Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: sessions },
  { Action: 'dynamodb:Query', Resource: groups },
  { Action: 'xray:PutTraceSegments', Resource: '*' },
];
const notExercised = ['Reconnect: xray:PutTraceSegments on *'];
const equal = { unused: [], redundant: [], missing: [], stale: [] };

/** The differences between the grants of `statements` and a run that reads and writes sessions and queries groups. */
async function differences(statements: StatementInput[], exceptions = notExercised) {
  const authorizer = await createAuthorizer({ roles: [role('Reconnect', statements)] });
  const call = (action: string, resource: string) =>
    authorizer.decide({ principal: 'Reconnect', action, resources: [resource] });
  call('dynamodb:GetItem', sessions);
  call('dynamodb:UpdateItem', sessions);
  call('dynamodb:Query', groups);
  call('dynamodb:Query', groups);
  return compareGrants(authorizer, { notExercised: exceptions });
}

describe('the comparison of grants and calls', () => {
  test('finds no difference for the least policy that is enough', async () => {
    expect(await differences(minimal)).toEqual(equal);
  });

  test('finds one action too many', async () => {
    const excess = { Action: ['dynamodb:Query', 'dynamodb:DeleteItem'], Resource: groups };
    expect(await differences(minimal.with(1, excess))).toEqual({
      ...equal,
      unused: [`Reconnect: dynamodb:DeleteItem on ${groups} (policy own, statement 1)`],
    });
  });

  test('finds one resource too many', async () => {
    const excess = { Action: 'dynamodb:Query', Resource: [groups, sessions] };
    expect(await differences(minimal.with(1, excess))).toEqual({
      ...equal,
      unused: [`Reconnect: dynamodb:Query on ${sessions} (policy own, statement 1)`],
    });
  });

  test('finds two grants that cover the same, both of them', async () => {
    expect(
      (await differences([...minimal, { Action: 'dynamodb:Query', Resource: tableArn('*') }])).redundant,
    ).toEqual([
      `Reconnect: dynamodb:Query on ${groups} (policy own, statement 1)`,
      `Reconnect: dynamodb:Query on ${tableArn('*')} (policy own, statement 3)`,
    ]);
  });

  test('finds one missing grant', async () => {
    const less = { Action: 'dynamodb:GetItem', Resource: sessions };
    expect(await differences(minimal.with(0, less))).toEqual({
      ...equal,
      missing: [`Reconnect: dynamodb:UpdateItem on ${sessions}`],
    });
  });

  test('finds a grant that is listed as not exercised but is used, or that no role has', async () => {
    const used = `Reconnect: dynamodb:GetItem on ${sessions}`;
    const nobodys = `Reconnect: dynamodb:Scan on ${sessions}`;
    expect((await differences(minimal, [...notExercised, used, nobodys])).stale).toEqual([used, nobodys]);
    expect((await differences(minimal, [])).unused).toEqual([`${notExercised[0]} (policy own, statement 2)`]);
  });

  test('ignores an operator’s broad policy when it compares the functions’ roles', async () => {
    const authorizer = await createAuthorizer({
      roles: [role('Reconnect', [{ Action: 'dynamodb:GetItem', Resource: sessions }])],
      users: [role('operator', [{ Action: 'dynamodb:Scan', Resource: '*' }])],
    });
    authorizer.decide({ principal: 'Reconnect', action: 'dynamodb:GetItem', resources: [sessions] });
    authorizer.decide({ principal: 'operator', action: 'dynamodb:PutItem', resources: [sessions] });
    expect(compareGrants(authorizer, { principals: ['Reconnect'] })).toEqual(equal);
    expect(compareGrants(authorizer)).toMatchObject({
      unused: [expect.any(String)],
      missing: [expect.any(String)],
    });
  });
});
