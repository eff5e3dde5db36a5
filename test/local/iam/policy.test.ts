import { describe, expect, test } from 'vitest';
import { readRules } from '../../../local/iam/policy.ts';
import { applicationArn, groupArn, role, roleWith, tableArn } from './support.ts';

const table = tableArn('Sessions');
const good = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: table };
const withStatement = (statement: unknown) =>
  roleWith('Reconnect', { Version: '2012-10-17', Statement: [good, statement] });
const keys = (...patterns: string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
});
const second = 'Reconnect, policy own, statement 1: ';

describe('a policy is read', () => {
  test('as one rule for each action on each resource, with its policy and statement', async () => {
    const rules = await readRules(
      role('Reconnect', [
        good as never,
        {
          Sid: 'Start1',
          Effect: 'Deny',
          Action: ['gameliftstreams:startstreamsession', 'gameliftstreams:GetStreamSession'],
          Resource: [groupArn('sg-1'), groupArn('sg-2')],
        },
      ]),
    );
    const rule = { principal: 'Reconnect', policy: 'own' };
    const deny = { ...rule, statement: 1, sid: 'Start1', effect: 'Deny' };
    expect(rules).toEqual([
      { ...rule, statement: 0, effect: 'Allow', action: 'dynamodb:GetItem', resource: table },
      { ...deny, action: 'gameliftstreams:StartStreamSession', resource: groupArn('sg-1') },
      { ...deny, action: 'gameliftstreams:StartStreamSession', resource: groupArn('sg-2') },
      { ...deny, action: 'gameliftstreams:GetStreamSession', resource: groupArn('sg-1') },
      { ...deny, action: 'gameliftstreams:GetStreamSession', resource: groupArn('sg-2') },
    ]);
  });

  test('with the partition keys that it allows', async () => {
    const rules = await readRules(role('Reconnect', [{ ...good, Condition: keys('A#*', 'B') } as never]));
    expect(rules).toMatchObject([{ action: 'dynamodb:GetItem', condition: { leadingKeys: ['A#*', 'B'] } }]);
  });

  test.each([
    ['*', 'dynamodb:ListTables'],
    ['*', 'dynamodb:GetItem'],
    [`${table}/index/*`, 'dynamodb:Query'],
    [tableArn('Sess?ons*'), 'dynamodb:GetItem'],
    [applicationArn('a-1'), 'gameliftstreams:StartStreamSession'],
    ['arn:aws:logs:us-west-2:123456789012:log-group:/aws/lambda/x:*', 'logs:PutLogEvents'],
    ['arn:aws-us-gov:iam::123456789012:role/x', 'iam:PassRole'],
  ])('the resource %s is understood for %s', async (Resource, Action) => {
    expect(await readRules(role('Reconnect', [{ Action, Resource }]))).toMatchObject([
      { resource: Resource },
    ]);
  });
});

test('conditions are read with their keys in lower case, and with one value or several', async () => {
  const Condition = {
    StringEquals: { 'IAM:PassedToService': 'a.amazonaws.com', 'iam:AssociatedResourceArn': ['x', 'y'] },
  };
  const Resource = 'arn:aws:iam::123456789012:role/x';
  expect(await readRules(role('Start', [{ Action: 'iam:PassRole', Resource, Condition }]))).toMatchObject([
    {
      condition: {
        stringEquals: [
          { key: 'iam:passedtoservice', values: ['a.amazonaws.com'] },
          { key: 'iam:associatedresourcearn', values: ['x', 'y'] },
        ],
      },
    },
  ]);
});

describe('a policy element that is not understood is refused by name, never skipped, since it could deny something:', () => {
  test.each([
    [
      'NotAction',
      { Effect: 'Allow', NotAction: 'dynamodb:GetItem', Resource: table },
      'NotAction is not understood',
    ],
    [
      'NotResource',
      { Effect: 'Deny', Action: good.Action, NotResource: table },
      'NotResource is not understood',
    ],
    ['Principal', { ...good, Principal: '*' }, 'Principal is not understood'],
    [
      'Condition',
      { ...good, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } },
      "the condition key aws:sourceaccount is none of dynamodb:GetItem's own",
    ],
    [
      'a condition operator that is not understood',
      { ...good, Condition: { StringLike: { 'dynamodb:Select': 'COUNT' } } },
      'Condition is not understood',
    ],
    [
      'a second condition operator',
      {
        ...good,
        Condition: { StringEquals: { 'dynamodb:Select': 'COUNT' }, Null: { 'dynamodb:Select': 'true' } },
      },
      'Condition is not understood',
    ],
    ['a condition that is text', { ...good, Condition: 'x' }, 'Condition: must be an object'],
    [
      'a condition without values',
      { ...good, Condition: { StringEquals: { 'dynamodb:Select': [] } } },
      'must be a string or a list of at least one',
    ],
    [
      'a condition with a policy variable',
      { ...good, Condition: { StringEquals: { 'dynamodb:Select': `\${aws:username}` } } },
      'has a policy variable',
    ],
    [
      'a condition on the keys of items in a statement of its own kind',
      { ...good, Condition: { 'ForAllValues:StringLike': { 'dynamodb:Select': 'COUNT' } } },
      'is understood only of dynamodb:LeadingKeys',
    ],
    [
      'a condition beside the one that is understood',
      { ...good, Condition: { ...keys('a'), StringEquals: { 'aws:SourceAccount': '1' } } },
      'Condition is not understood',
    ],
    ['a condition of a Deny', { ...good, Effect: 'Deny', Condition: keys('a') }, 'in an Allow'],
    [
      'a condition without keys',
      { ...good, Condition: keys() },
      'must be a string or a list of at least one',
    ],
    [
      'a key with a policy variable',
      { ...good, Condition: keys(`\${aws:username}`) },
      'has a policy variable',
    ],
    [
      'a condition on keys that a request need not name',
      { ...good, Action: 'dynamodb:Query', Condition: keys('a') },
      'dynamodb:LeadingKeys is understood for dynamodb:GetItem',
    ],
    ['a misspelt element', { ...good, Ressource: table }, 'Ressource is not understood'],
    ['an element in lower case', { ...good, effect: 'Deny' }, 'effect is not understood'],
    [
      'an effect in lower case',
      { ...good, Effect: 'allow' },
      'Effect must be "Allow" or "Deny", not "allow"',
    ],
    [
      'no effect',
      { Action: good.Action, Resource: table },
      'Effect must be "Allow" or "Deny", not undefined',
    ],
    ['a Sid with a blank', { ...good, Sid: 'my statement' }, 'Sid must be letters and digits'],
    ['no action', { Effect: 'Allow', Resource: table }, 'Action must be a string or a list'],
    [
      'an empty list of actions',
      { ...good, Action: [] },
      'Action must be a string or a list of at least one',
    ],
    ['an action that is no string', { ...good, Action: [{ Ref: 'A' }] }, 'Action must be a string or a list'],
    ['every action', { ...good, Action: '*' }, 'the Action * has a wildcard'],
    ['every action of a service', { ...good, Action: 'dynamodb:*' }, 'the Action dynamodb:* has a wildcard'],
    ['some actions', { ...good, Action: ['dynamodb:Get?tem'] }, 'the Action dynamodb:Get?tem has a wildcard'],
    [
      'an action without its service',
      { ...good, Action: 'GetItem' },
      'the Action GetItem is not a name such as',
    ],
    ['a service AWS lacks', { ...good, Action: 'dynamo:GetItem' }, 'does not list the Action dynamo:GetItem'],
    ['an action AWS lacks', { ...good, Action: 'dynamodb:Get' }, 'does not list the Action dynamodb:Get'],
    ['no resource', { Effect: 'Allow', Action: good.Action }, 'Resource must be a string or a list'],
    [
      'a resource that is no ARN',
      { ...good, Resource: 'Sessions' },
      'the Resource Sessions is neither * nor an ARN',
    ],
    ['a short ARN', { ...good, Resource: 'arn:aws:dynamodb:*' }, 'is neither * nor an ARN of six parts'],
    ['a pattern for all ARNs', { ...good, Resource: '**' }, 'the Resource ** is neither * nor an ARN'],
    [
      'a wildcard Region',
      { ...good, Resource: table.replace('us-west-2', '*') },
      'has a wildcard before its fifth colon',
    ],
    [
      'a wildcard account',
      { ...good, Resource: table.replace('9012', '????') },
      'has a wildcard before its fifth colon',
    ],
    [
      'a wildcard service',
      { ...good, Resource: table.replace('dynamodb', '*') },
      'has a wildcard before its fifth colon',
    ],
    ['a policy variable', { ...good, Resource: tableArn(`\${aws:username}`) }, 'has a policy variable'],
    ['an escaped star', { ...good, Resource: tableArn(`a\${*}`) }, 'has a policy variable'],
    [
      'another service’s ARN',
      { ...good, Resource: groupArn('sg-1') },
      'does not fit dynamodb:GetItem, which takes: table',
    ],
    [
      'a stream session, which is no resource of IAM',
      {
        ...good,
        Action: 'gameliftstreams:GetStreamSession',
        Resource: 'arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/s-1',
      },
      'does not fit gameliftstreams:GetStreamSession, which takes: stream group',
    ],
    [
      'an application, for what is allowed on stream groups only',
      { ...good, Action: 'gameliftstreams:GetStreamSession', Resource: applicationArn('a-1') },
      'does not fit gameliftstreams:GetStreamSession, which takes: stream group',
    ],
    [
      'an ARN where AWS leaves no choice',
      { ...good, Action: 'dynamodb:ListTables' },
      'dynamodb:ListTables, which takes: * only',
    ],
    ['a statement that is none', 'Allow', 'must be an object, not "Allow"'],
  ])('%s', async (_what, statement, complaint) => {
    const reading = readRules(withStatement(statement));
    await expect(reading).rejects.toThrow(complaint);
    await expect(reading).rejects.toThrow(second.trim().replace(/:$/, ''));
  });

  test.each([
    [
      'another version',
      { Version: '2008-10-17', Statement: [good] },
      'Version must be "2012-10-17", not "2008-10-17"',
    ],
    ['no version', { Statement: [good] }, 'Version must be "2012-10-17", not undefined'],
    ['no statement', { Version: '2012-10-17', Statement: [] }, 'Statement must be a list of at least one'],
    [
      'an Id',
      { Version: '2012-10-17', Id: 'x', Statement: [good] },
      'Id is not understood, only Version and Statement',
    ],
    ['no document', null, 'must be an object, not null'],
  ])('%s in a document', async (_what, document, complaint) => {
    const reading = readRules(roleWith('Reconnect', document));
    await expect(reading).rejects.toThrow(`Reconnect, policy own: ${complaint}`);
  });

  test('a managed policy of AWS, since the template has only its name', async () => {
    const arn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const reading = readRules({ ...role('Reconnect', []), policies: [], awsManagedPolicyArns: [arn] });
    await expect(reading).rejects.toThrow(`Reconnect has the managed policy ${arn} attached`);
  });
});
