import { describe, expect, test } from 'vitest';
import { allowed, looseStatements, ownTelemetry, policies } from '../policies.ts';
import { ofType, type SynthesizedTemplate, templateOf, text, withProvider } from '../synth.ts';

const template = templateOf({
  ...withProvider,
  streamGroups: [
    { id: 'sg-A', region: 'us-west-2', applications: ['a-1', 'a-2'] },
    { id: 'sg-B', region: 'eu-central-1', applications: ['a-1'], locations: ['eu-west-1'] },
    { id: 'sg-C', region: 'us-west-2', applications: ['a-2'] },
  ],
});
const [[tableId = ''] = [], [brakeId = ''] = []] = ofType(template, 'AWS::DynamoDB::Table');

const arn = (region: string, resource: string) =>
  `arn:\${AWS::Partition}:gameliftstreams:${region}:\${AWS::AccountId}:${resource}`;
const groups = [
  arn('us-west-2', 'streamgroup/sg-A'),
  arn('eu-central-1', 'streamgroup/sg-B'),
  arn('us-west-2', 'streamgroup/sg-C'),
];
const applications = [
  arn('us-west-2', 'application/a-1'),
  arn('us-west-2', 'application/a-2'),
  arn('eu-central-1', 'application/a-1'),
];

const onGroups = (action: string) => groups.map((group) => `gameliftstreams:${action} on ${group}`);
const onTable = (...actions: string[]) => actions.map((action) => `dynamodb:${action} on \${${tableId}.Arn}`);

const expected: Record<string, string[]> = {
  start: [
    ...onGroups('StartStreamSession'),
    ...applications.map((application) => `gameliftstreams:StartStreamSession on ${application}`),
    ...onGroups('GetStreamSession'),
    ...onTable('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    `dynamodb:GetItem on \${${brakeId}.Arn}`,
  ],
  status: [...onGroups('GetStreamSession'), ...onTable('GetItem', 'UpdateItem')],
  sessions: onTable('Query'),
  reconnect: [
    ...onGroups('CreateStreamSessionConnection'),
    ...onGroups('GetStreamSession'),
    ...onTable('GetItem', 'UpdateItem'),
  ],
  terminate: [
    ...onGroups('TerminateStreamSession'),
    ...onGroups('GetStreamSession'),
    ...onTable('GetItem', 'UpdateItem'),
  ],
  recoveries: onTable('UpdateItem'),
};

describe('a function that an attacker takes over', () => {
  test('has a role of its own, and there is no policy outside these roles', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    const used = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => text(Properties.Role));
    expect(used.toSorted()).toEqual(roles.map(([id]) => `\${${id}.Arn}`).toSorted());
    const iam = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
    expect(new Set(iam.map(({ Type }) => Type))).toEqual(new Set(['AWS::IAM::Role']));
    for (const [, { Properties }] of roles) {
      expect(Object.keys(Properties).toSorted()).toEqual([
        'AssumeRolePolicyDocument',
        'Description',
        'Policies',
        'Tags',
      ]);
      expect(Properties.Policies).toHaveLength(1);
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
    expect(Object.keys(policies(template)).toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  test.each(Object.entries(expected))(
    '%s can do its one task only, in the Region of each stream group',
    (name, grants) => {
      expect(allowed(policies(template)[name] ?? [])).toEqual(
        [...grants, ...ownTelemetry(template, `Rejoin${name}`)].toSorted(),
      );
    },
  );

  test('can import a session that was started elsewhere only with adoption on, and only in reconnect and status', () => {
    const adopting = templateOf({ ...withProvider, adoption: { enabled: true } });
    const canPut = (of: SynthesizedTemplate) =>
      Object.entries(policies(of))
        .filter(([, statements]) => allowed(statements).some((line) => line.startsWith('dynamodb:PutItem ')))
        .map(([name]) => name);
    expect(canPut(adopting).toSorted()).toEqual(['reconnect', 'start', 'status']);
    expect(canPut(template)).toEqual(['start']);
  });

  test('can write no session and no budget through the function of reports: its key opens the counts of reports alone', () => {
    const conditions = Object.entries(policies(template)).flatMap(([name, statements]) =>
      statements.flatMap(({ Action, Condition }) => (Condition ? [{ name, Action, Condition }] : [])),
    );
    expect(conditions).toEqual([
      {
        name: 'recoveries',
        Action: 'dynamodb:UpdateItem',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['RECOVERIES#*'] } },
      },
    ]);
  });

  test('writes to a log group of its own', () => {
    const own = ofType(template, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
      id.replace(/Function\w{8}$/, ''),
      text(Properties.LoggingConfig.LogGroup).replace(/^\$\{(\w+)Logs\w{8}\}$/, '$1'),
    ]);
    expect(own).toHaveLength(6);
    for (const [functionName, logGroupName] of own) expect(logGroupName).toBe(functionName);
  });
});

describe('wildcards', () => {
  test('no statement has one, except for X-Ray traces, which require it', () => {
    const loose = looseStatements(template.Resources);
    expect(loose).toHaveLength(6);
    for (const statement of loose) {
      expect(statement).toEqual({
        Effect: 'Allow',
        Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
        Resource: '*',
      });
    }
  });

  test.each([
    ['an action', { Action: ['dynamodb:GetItem', 'dynamodb:*'], Resource: 'x' }],
    ['a resource in a list', { Action: 'a:b', Resource: ['x', { 'Fn::Join': ['', ['arn:', '*']] }] }],
    ['everything but one action', { NotAction: 'a:b', Resource: 'x' }],
    ['everything but one resource', { Action: 'a:b', NotResource: 'x' }],
  ])('the check finds %s in a policy of any kind', (_what, statement) => {
    const planted = { Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] } } };
    expect(looseStatements({ ...template.Resources, planted })).toHaveLength(7);
  });
});

describe('the role that a stream group gives its games', () => {
  const saves = 'arn:aws:iam::123456789012:role/GameLiftStreams-saves';
  const start = policies(
    templateOf({
      ...withProvider,
      streamGroups: [
        { id: 'sg-A', region: 'us-west-2', applications: ['a-1'], roleArn: saves },
        { id: 'sg-B', region: 'us-west-2', applications: ['a-1'] },
      ],
    }),
  ).start;

  test('is the only one that its sessions can be started with', () => {
    const starts = start?.filter(({ Action }) => Action === 'gameliftstreams:StartStreamSession') ?? [];
    expect(starts.map(({ Resource, Condition }) => [[Resource].flat().map(text), Condition])).toEqual([
      [
        [arn('us-west-2', 'streamgroup/sg-A'), arn('us-west-2', 'application/a-1')],
        { StringEquals: { 'gameliftstreams:RoleArn': saves } },
      ],
      [[arn('us-west-2', 'streamgroup/sg-B'), arn('us-west-2', 'application/a-1')], undefined],
    ]);
  });

  test('can be handed to GameLift Streams, and no other role, and to no other service', () => {
    expect(start?.filter(({ Action }) => Action === 'iam:PassRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: saves,
        Condition: { StringEquals: { 'iam:PassedToService': 'gameliftstreams.amazonaws.com' } },
      },
    ]);
  });

  test('can be handed on by no other function', () => {
    const others = Object.entries(policies(template)).map(([, statements]) => statements);
    expect(JSON.stringify(others)).not.toContain('iam:');
  });
});
