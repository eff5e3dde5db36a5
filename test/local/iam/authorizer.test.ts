import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Call, createAuthorizer } from '../../../local/iam/authorizer.ts';
import { applicationArn, groupArn, role, roleWith, type StatementInput, tableArn } from './support.ts';

const start = 'gameliftstreams:StartStreamSession';
const [group, application] = [groupArn('sg-1'), applicationArn('a-1')];
const roles = [
  role('Reader', [
    { Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: tableArn('Sessions') },
    { Action: 'dynamodb:GetItem', Resource: tableArn('Public*') },
    { Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: tableArn('PublicKeys') },
  ]),
  role('Starter', [
    { Action: start, Resource: [group, application] },
    { Action: start, Resource: groupArn('sg-2') },
  ]),
];
const authorizer = await createAuthorizer({ roles });
const reason = (principal: string, action: string, ...resources: string[]) =>
  authorizer.decide({ principal, action, resources }).reason;

describe('a call is decided as in AWS', () => {
  test.each([
    ['its grant', 'Reader', 'dynamodb:GetItem', tableArn('Sessions'), 'allowed'],
    ['its grant, the action in other letters', 'Reader', 'DYNAMODB:getitem', tableArn('Sessions'), 'allowed'],
    ['a pattern', 'Reader', 'dynamodb:GetItem', tableArn('PublicNews'), 'allowed'],
    ['a table in other letters', 'Reader', 'dynamodb:GetItem', tableArn('sessions'), 'implicitDeny'],
    ['another action', 'Reader', 'dynamodb:PutItem', tableArn('Sessions'), 'implicitDeny'],
    ['another table', 'Reader', 'dynamodb:GetItem', tableArn('Secrets'), 'implicitDeny'],
    ['an action of another statement', 'Reader', 'dynamodb:Query', tableArn('PublicNews'), 'implicitDeny'],
    ['every table', 'Reader', 'dynamodb:GetItem', '*', 'implicitDeny'],
    ['another role’s grant', 'Starter', 'dynamodb:GetItem', tableArn('Sessions'), 'implicitDeny'],
    ['what an Allow and a Deny cover', 'Reader', 'dynamodb:GetItem', tableArn('PublicKeys'), 'explicitDeny'],
    ['a stranger', 'Stranger', 'dynamodb:GetItem', tableArn('Sessions'), 'unknownPrincipal'],
  ])('%s', (_what, principal, action, resource, expected) => {
    expect(reason(principal, action, resource)).toBe(expected);
  });

  test('a start needs an Allow for its group and an Allow for its application, in one or several statements', () => {
    expect(reason('Starter', start, group, application)).toBe('allowed');
    expect(reason('Starter', start, groupArn('sg-2'), application)).toBe('allowed');
    expect(reason('Starter', start, group)).toBe('allowed');
    expect(reason('Starter', start, group, applicationArn('a-2'))).toBe('implicitDeny');
    expect(reason('Starter', start, groupArn('sg-3'), application)).toBe('implicitDeny');
  });

  test('a call with several tables is denied if one of them is', () => {
    const [news, keys] = [tableArn('PublicNews'), tableArn('PublicKeys')];
    expect(reason('Reader', 'dynamodb:GetItem', news, keys)).toBe('explicitDeny');
    expect(reason('Reader', 'dynamodb:GetItem', tableArn('Secrets'), keys)).toBe('explicitDeny');
  });

  test('a condition on the role of a game holds for that role alone, and for no call without a role', async () => {
    const saves = 'arn:aws:iam::123456789012:role/GameLiftStreams-saves';
    const conditional = await createAuthorizer({
      roles: [
        role('Saver', [
          {
            Action: start,
            Resource: group,
            Condition: { StringEquals: { 'gameliftstreams:RoleArn': saves } },
          },
        ]),
        role('Denier', [
          { Action: start, Resource: group },
          {
            Effect: 'Deny',
            Action: start,
            Resource: group,
            Condition: { StringEquals: { 'gameliftstreams:RoleArn': [saves, 'another'] } },
          },
        ]),
      ],
    });
    const reasonOf = (principal: string, context?: Record<string, string>) =>
      conditional.decide({ principal, action: start, resources: [group], ...(context && { context }) })
        .reason;
    expect(reasonOf('Saver', { 'GameLiftStreams:rolearn': saves })).toBe('allowed');
    expect(reasonOf('Saver', { 'gameliftstreams:RoleArn': `${saves}2` })).toBe('implicitDeny');
    expect(reasonOf('Saver', { 'gameliftstreams:RoleArn': saves.toLowerCase() })).toBe('implicitDeny');
    expect(reasonOf('Saver')).toBe('implicitDeny');
    expect(reasonOf('Denier')).toBe('allowed');
    expect(reasonOf('Denier', { 'gameliftstreams:RoleArn': saves })).toBe('explicitDeny');
  });

  test('a call without a resource is not allowed by a grant on one resource', () => {
    expect(reason('Reader', 'dynamodb:GetItem')).toBe('implicitDeny');
  });

  test('a user beside the template has policies too, and may not have the name of a role', async () => {
    const users = [{ ...role('operator', [{ Action: 'dynamodb:ListTables', Resource: '*' }]) }];
    const both = await createAuthorizer({ roles, users });
    expect(
      both.decide({ principal: 'operator', action: 'dynamodb:ListTables', resources: ['*'] }).allowed,
    ).toBe(true);
    expect(both.decide({ principal: 'operator', action: 'dynamodb:ListTables', resources: [] }).allowed).toBe(
      true,
    );
    await expect(createAuthorizer({ roles, users: [role('Reader', [])] })).rejects.toThrow('Two principals');
  });

  test('a policy that is not understood fails the start, not a call', async () => {
    await expect(createAuthorizer({ roles: [roleWith('Odd', {})] })).rejects.toThrow('Odd, policy own');
  });
});

describe('a denied caller gets AWS’s message', () => {
  const message = (call: Call) => authorizer.denialMessage(call, authorizer.decide(call));

  test('without a grant, with the resource that lacks one', () => {
    expect(message({ principal: 'Starter', action: start, resources: [group, applicationArn('a-2')] })).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/Starter/local is not authorized to perform: ${start} on resource: ${applicationArn('a-2')} because no identity-based policy allows the ${start} action`,
    );
  });

  test('by a Deny', () => {
    expect(
      message({ principal: 'Reader', action: 'dynamodb:GetItem', resources: [tableArn('PublicKeys')] }),
    ).toBe(
      `User: arn:aws:sts::123456789012:assumed-role/Reader/local is not authorized to perform: dynamodb:GetItem on resource: ${tableArn('PublicKeys')} with an explicit deny in an identity-based policy`,
    );
  });

  test('with its ARN as a user', async () => {
    const arn = 'arn:aws:iam::123456789012:user/operator';
    const own = await createAuthorizer({ roles: [], users: [{ name: 'operator', arn, policies: [] }] });
    const call = { principal: 'operator', action: 'dynamodb:ListTables', resources: [] };
    expect(own.denialMessage(call, own.decide(call))).toMatch(
      `User: ${arn} is not authorized to perform: dynamodb:ListTables on resource: * because`,
    );
  });
});

describe('the record of decisions', () => {
  test('has one entry with a count for equal calls, names the denied resource, and is empty after a reset', async () => {
    const own = await createAuthorizer({ roles });
    const read = { principal: 'Reader', action: 'dynamodb:GetItem', resources: [tableArn('Sessions')] };
    for (const call of [read, read, { ...read, action: 'dynamodb:PutItem' }]) own.decide(call);
    expect(own.decisions()).toMatchObject([
      { ...read, allowed: true, reason: 'allowed', count: 2, matched: [{ statement: 0, effect: 'Allow' }] },
      { allowed: false, reason: 'implicitDeny', resource: tableArn('Sessions'), count: 1, matched: [] },
    ]);
    const before = own.unused();
    own.reset();
    expect(own.decisions()).toEqual([]);
    expect(own.unused()).toEqual(own.grants());
    expect(before).toHaveLength(own.grants().length - 1);
  });

  test('names the statement that denied', () => {
    const call = { principal: 'Reader', action: 'dynamodb:GetItem', resources: [tableArn('PublicKeys')] };
    expect(authorizer.decide(call).matched).toMatchObject([{ statement: 2, effect: 'Deny' }]);
  });

  test('counts no grant as used by a denied call, not even for its allowed resource', async () => {
    const own = await createAuthorizer({ roles });
    own.decide({ principal: 'Starter', action: start, resources: [group, applicationArn('a-2')] });
    expect(own.unused()).toEqual(own.grants());
  });
});

describe('a second grant that covers the same', () => {
  const twice = role('Twice', [
    { Action: 'dynamodb:GetItem', Resource: tableArn('Sessions') },
    { Action: 'dynamodb:GetItem', Resource: tableArn('S*') },
  ]);
  const get = (name: string) => ({
    principal: 'Twice',
    action: 'dynamodb:GetItem',
    resources: [tableArn(name)],
  });

  test('is redundant until a call needs it, and is so again after a reset', async () => {
    const own = await createAuthorizer({ roles: [twice] });
    const [exact, broad] = own.grants();
    own.decide(get('Sessions'));
    expect(own.redundant()).toEqual([exact, broad]);
    own.decide(get('Slots'));
    expect(own.redundant()).toEqual([exact]);
    own.reset();
    expect(own.redundant()).toEqual([]);
    own.decide(get('Sessions'));
    expect(own.redundant()).toEqual([exact, broad]);
  });
});

const action = fc.constantFrom('dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
const table = fc.constantFrom('a', 'ab', 'b', 'ba');
const resource = fc.constantFrom('*', ...['a', 'b', 'a*', '*a', '?', 'a?', '*'].map(tableArn));
const statement = (Effect: 'Allow' | 'Deny'): fc.Arbitrary<StatementInput> =>
  fc.record({
    Effect: fc.constant(Effect),
    Action: fc.uniqueArray(action, { minLength: 1, maxLength: 2 }),
    Resource: fc.uniqueArray(resource, { minLength: 1, maxLength: 2 }),
  });
const anyStatement = fc.oneof(statement('Allow'), statement('Deny'));
const policy = fc.array(anyStatement, { minLength: 1, maxLength: 5 });
const call = fc.record({
  principal: fc.constant('R'),
  action,
  resources: fc.uniqueArray(table.map(tableArn), { minLength: 1, maxLength: 3 }),
});
const decisionOf = async (statements: readonly StatementInput[], wanted: Call) =>
  (await createAuthorizer({ roles: [role('R', statements)] })).decide(wanted);

describe('with any policies', () => {
  test('a statement added never turns an explicit deny into anything else', async () => {
    await fc.assert(
      fc.asyncProperty(policy, anyStatement, call, async (statements, added, wanted) => {
        fc.pre((await decisionOf(statements, wanted)).reason === 'explicitDeny');
        expect((await decisionOf([...statements, added], wanted)).reason).toBe('explicitDeny');
        expect((await decisionOf([added, ...statements], wanted)).reason).toBe('explicitDeny');
      }),
    );
  });

  test('a Deny on everything leaves nothing allowed', async () => {
    const everything = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'];
    await fc.assert(
      fc.asyncProperty(policy, call, async (statements, wanted) => {
        const deny: StatementInput = { Effect: 'Deny', Action: everything, Resource: '*' };
        expect((await decisionOf([...statements, deny], wanted)).reason).toBe('explicitDeny');
      }),
    );
  });

  test('an Allow taken away never allows more, a Deny taken away never less', async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.nat(), call, async (statements, seed, wanted) => {
        fc.pre(statements.length > 1);
        const at = seed % statements.length;
        const before = await decisionOf(statements, wanted);
        const after = await decisionOf(statements.toSpliced(at, 1), wanted);
        if (statements[at]?.Effect === 'Allow') expect(before.allowed || !after.allowed).toBe(true);
        else expect(after.allowed || !before.allowed).toBe(true);
      }),
    );
  });

  test('a call with several resources is allowed exactly when a call with each of them is', async () => {
    await fc.assert(
      fc.asyncProperty(policy, call, async (statements, wanted) => {
        const each = await Promise.all(
          wanted.resources.map((one) => decisionOf(statements, { ...wanted, resources: [one] })),
        );
        expect((await decisionOf(statements, wanted)).allowed).toBe(each.every(({ allowed }) => allowed));
      }),
    );
  });
});
