import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../infra/operator.ts';
import { Rejoin } from '../../infra/rejoin.ts';
import { allowed, looseStatements, ownTelemetry, policies } from './policies.ts';
import {
  newApp,
  ofType,
  operatorStackOf,
  operatorTemplateOf,
  type SynthesizedTemplate,
  templateOf,
  text,
  withProvider,
} from './synth.ts';

const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const settings = {
  ...withProvider,
  streamGroups: [
    { id: 'sg-A', region: 'us-west-2', applications: ['a-1', 'a-2'] },
    { id: 'sg-B', region: 'eu-central-1', applications: ['a-1'] },
  ],
  operators,
};
const template = operatorTemplateOf(settings);
const properties = (type: string) => ofType(template, type).map(([, { Properties }]) => Properties);
const tableId = (name: string) =>
  ofType(template, 'AWS::DynamoDB::Table').find(([id]) => id.startsWith(`OperatorTables${name}`))?.[0];

describe("an operator's request", () => {
  const routes = properties('AWS::ApiGatewayV2::Route');

  test('is signed by an IAM principal on every route, and there is no other route, above all no $default', () => {
    expect(
      routes.map(({ RouteKey, AuthorizationType, AuthorizerId }) => [
        RouteKey,
        AuthorizationType,
        AuthorizerId,
      ]),
    ).toEqual([
      [
        'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/admin-shells',
        'AWS_IAM',
        undefined,
      ],
      ['GET /v1/players/{playerId}/streamsessions', 'AWS_IAM', undefined],
      ['GET /v1/streamsessions', 'AWS_IAM', undefined],
      ['DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}', 'AWS_IAM', undefined],
      ['POST /v1/players/{playerId}/erasures', 'AWS_IAM', undefined],
      ['POST /v1/erasures', 'AWS_IAM', undefined],
      ['PUT /v1/brakes/starts', 'AWS_IAM', undefined],
      ['GET /v1/brakes/starts', 'AWS_IAM', undefined],
    ]);
    expect(ofType(template, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  test('cannot come from a web page: the API answers no preflight', () => {
    expect(properties('AWS::ApiGatewayV2::Api')).toEqual([
      expect.not.objectContaining({ CorsConfiguration: expect.anything() }),
    ]);
  });

  test('reaches a function by its one method and path only', () => {
    const sources = properties('AWS::Lambda::Permission').map(({ SourceArn }) => text(SourceArn));
    expect(sources.map((source) => source.split('/*/')[1])).toEqual(
      routes.map(({ RouteKey }) => RouteKey.replace(' ', '')),
    );
  });

  test("is limited by the deployer's rate for all callers, and logged with its sender but without its content", () => {
    const [stage] = properties('AWS::ApiGatewayV2::Stage');
    expect(stage.DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 1000, ThrottlingRateLimit: 500 });
    const format = JSON.parse(stage.AccessLogSettings.Format);
    expect(format).toMatchObject({ operator: '$context.identity.userArn', ip: '$context.identity.sourceIp' });
    expect(JSON.stringify(format)).not.toMatch(/\$context\.path|header|queryString/i);
  });
});

const arn = (region: string, id: string) =>
  `arn:\${AWS::Partition}:gameliftstreams:${region}:\${AWS::AccountId}:streamgroup/${id}`;
const groups = [arn('us-west-2', 'sg-A'), arn('eu-central-1', 'sg-B')];
const onGroups = (action: string) => groups.map((group) => `gameliftstreams:${action} on ${group}`);

describe('an operator function that an attacker takes over', () => {
  const sessions = 'the session table';
  const brake = 'the table of the brake';
  const expected: Record<string, string[]> = {
    'operator-shell': [
      ...onGroups('CreateStreamSessionAdminShell'),
      ...onGroups('GetStreamSession'),
      `dynamodb:UpdateItem on \${${tableId('Rates')}.Arn}`,
      `dynamodb:PutItem on \${${tableId('Audit')}.Arn}`,
    ],
    'operator-sessions': [`dynamodb:Query on ${sessions}`],
    'operator-terminate': [
      ...onGroups('TerminateStreamSession'),
      ...onGroups('GetStreamSession'),
      `dynamodb:UpdateItem on \${${tableId('Rates')}.Arn}`,
      `dynamodb:UpdateItem on ${sessions}`,
      `dynamodb:PutItem on \${${tableId('Audit')}.Arn}`,
    ],
    'operator-forget': [
      `dynamodb:DeleteItem on ${sessions}`,
      `dynamodb:Query on ${sessions}`,
      `dynamodb:UpdateItem on \${${tableId('Rates')}.Arn}`,
      `dynamodb:PutItem on \${${tableId('Audit')}.Arn}`,
    ],
    'operator-brake': [
      `dynamodb:UpdateItem on ${brake}`,
      `dynamodb:UpdateItem on \${${tableId('Rates')}.Arn}`,
      `dynamodb:PutItem on \${${tableId('Audit')}.Arn}`,
    ],
    'operator-brake-status': [`dynamodb:GetItem on ${brake}`],
  };

  test.each(Object.entries(expected))(
    '%s can do its one task only, and write the audit but not read it',
    (name, grants) => {
      const construct = `Operator${name.replaceAll('-', '')}`;
      const granted = allowed(policies(template)[name] ?? []).map((line) =>
        line
          .replace(/\$\{import Rejoin:ExportsOutputFnGetAttRejoinSessionsTable\w+Arn\w+\}/, sessions)
          .replace(/\$\{import Rejoin:ExportsOutputFnGetAttRejoinBrakeTable\w+Arn\w+\}/, brake),
      );
      expect(granted).toEqual([...grants, ...ownTelemetry(template, construct)].toSorted());
    },
  );

  test('has a role of its own, without policies elsewhere or wildcards except for traces', () => {
    expect(Object.keys(policies(template))).toEqual(Object.keys(expected));
    expect(ofType(template, 'AWS::IAM::Role')).toHaveLength(6);
    const iam = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
    expect(iam).toHaveLength(6);
    expect(looseStatements(template.Resources)).toEqual(
      Array(6).fill({
        Effect: 'Allow',
        Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
        Resource: '*',
      }),
    );
  });

  test('cannot start a session or connect to one, and no function of the player API can reach the audit', () => {
    const text = JSON.stringify([template, templateOf(settings)]);
    expect(JSON.stringify(template)).not.toMatch(/StartStreamSession|CreateStreamSessionConnection/);
    expect(text.match(/OperatorTablesAudit\w+","Arn"/g)).toHaveLength(4);
  });

  test('has in its environment only the tables of its grants, the stream groups and the operators', () => {
    const environments = properties('AWS::Lambda::Function').map(({ Environment }) => {
      const { SETTINGS, ...others } = Environment.Variables;
      expect(JSON.parse(SETTINGS)).toEqual({
        streamGroups: [
          { id: 'sg-A', region: 'us-west-2' },
          { id: 'sg-B', region: 'eu-central-1' },
        ],
        operators,
        adminShell: { perOperatorPerMinute: 6, perMinute: 30 },
      });
      return Object.keys(others).filter((name) => !name.startsWith('POWERTOOLS_'));
    });
    expect(environments).toEqual([
      ['RATE_TABLE_NAME', 'AUDIT_TABLE_NAME'],
      ['TABLE_NAME'],
      ['RATE_TABLE_NAME', 'TABLE_NAME', 'AUDIT_TABLE_NAME'],
      ['TABLE_NAME', 'RATE_TABLE_NAME', 'AUDIT_TABLE_NAME'],
      ['BRAKE_TABLE_NAME', 'RATE_TABLE_NAME', 'AUDIT_TABLE_NAME'],
      ['BRAKE_TABLE_NAME'],
    ]);
  });
});

describe('the export of files', () => {
  const withBucket = operatorTemplateOf({ ...settings, exportBucket: 'arcade-exports' });

  test('has neither route, function nor permission without a bucket in the settings', () => {
    expect(JSON.stringify(template)).not.toMatch(
      /file-exports|ExportStreamSessionFiles|s3:|OperatorExportUses/,
    );
    expect(Object.keys(withBucket.Resources).length).toBeGreaterThan(Object.keys(template.Resources).length);
  });

  test('writes into one folder of that bucket, reads the session, and can do nothing else', () => {
    const granted = allowed(policies(withBucket)['operator-export'] ?? []);
    const ids = (name: string) =>
      ofType(withBucket, 'AWS::DynamoDB::Table').find(([id]) => id.startsWith(`OperatorTables${name}`))?.[0];
    expect(granted).toEqual(
      [
        ...onGroups('ExportStreamSessionFiles'),
        ...onGroups('GetStreamSession'),
        `s3:PutObject on arn:\${AWS::Partition}:s3:::arcade-exports/stream-sessions/*`,
        `dynamodb:UpdateItem on \${${ids('Rates')}.Arn}`,
        `dynamodb:PutItem on \${${ids('Audit')}.Arn}`,
        ...ownTelemetry(withBucket, 'Operatoroperatorexport'),
      ].toSorted(),
    );
    const others = Object.entries(policies(withBucket)).filter(([name]) => name !== 'operator-export');
    expect(JSON.stringify(others)).not.toContain('s3:');
  });
});

describe('the audit', () => {
  test.each(['retain', 'destroy'] as const)(
    'outlives the stack, also with removalPolicy %s',
    (removalPolicy) => {
      const of = operatorTemplateOf({ ...settings, removalPolicy });
      const [audit] = ofType(of, 'AWS::DynamoDB::Table').filter(([id]) => id.includes('Audit'));
      expect(audit?.[1]).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      });
      expect(audit?.[1].Properties).not.toHaveProperty('TimeToLiveSpecification');
    },
  );

  test('keeps a record for as many days as the settings say: its functions know, and its table deletes', () => {
    const of = operatorTemplateOf({ ...settings, auditRetentionDays: 400 });
    const [audit] = ofType(of, 'AWS::DynamoDB::Table').filter(([id]) => id.includes('Audit'));
    expect(audit?.[1].Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    const told = ofType(of, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => JSON.parse(Properties.Environment.Variables.SETTINGS).auditRetentionDays,
    );
    expect(new Set(told)).toEqual(new Set([400]));
  });

  test('is the only resource that stays with removalPolicy destroy', () => {
    const of = operatorTemplateOf({ ...settings, removalPolicy: 'destroy' });
    const kept = Object.entries(of.Resources).filter(([, each]) => each.DeletionPolicy === 'Retain');
    expect(kept.map(([id]) => id)).toEqual([expect.stringMatching(/^OperatorTablesAudit/)]);
  });
});

describe('the operator stack', () => {
  test("has the player stack's name with a suffix, its protection and its tags, and outputs its address", () => {
    const stack = operatorStackOf({ ...settings, stackName: 'Arcade', tags: { team: 'arcade' } });
    expect([stack.stackName, stack.terminationProtection]).toEqual(['ArcadeOperator', true]);
    expect(Object.keys(template.Outputs)).toEqual(['OperatorApiUrl', 'OperatorApiArn', 'AuditTable']);
    expect(text(template.Outputs.OperatorApiArn?.Value)).toMatch(
      /^arn:\$\{AWS::Partition\}:execute-api:\$\{AWS::Region\}:\$\{AWS::AccountId\}:\$\{\w+\}\/\$default\/\*$/,
    );
    const tagged = Template.fromStack(stack).toJSON() as SynthesizedTemplate;
    for (const [id, { Properties }] of ofType(tagged, 'AWS::DynamoDB::Table')) {
      expect(Properties.Tags, id).toContainEqual({ Key: 'team', Value: 'arcade' });
    }
  });

  test("changes none of the player API's resources", () => {
    const { operators: _, ...without } = settings;
    expect(templateOf(settings).Resources).toEqual(templateOf(without).Resources);
  });

  test('can be merged into the stack of the player API', () => {
    const stack = new Stack(newApp(), 'Theirs');
    const rejoin = new Rejoin(stack, 'Rejoin', settings);
    const { apiUrl } = new RejoinOperator(stack, 'Operator', rejoin);
    expect(apiUrl).toMatch(/\$\{Token/);
    expect(
      ofType(Template.fromStack(stack).toJSON() as SynthesizedTemplate, 'AWS::Lambda::Function'),
    ).toHaveLength(12);
  });

  test('is refused with more operators than fit, before a deployment fails half way', () => {
    const many = Array.from(
      { length: 100 },
      (_, at) => `arn:aws:iam::123456789012:user/operator-number-${at}`,
    );
    expect(() => operatorTemplateOf({ ...settings, operators: many })).toThrow(
      expect.objectContaining({
        name: 'SettingsError',
        lines: [
          expect.stringMatching(
            /^operators has 100 entries and streamGroups 2, which take \d+ bytes of a function's environment; Lambda allows 4096: list a role/,
          ),
        ],
      }),
    );
  });

  test('exists with an empty list of operators, and its functions let nobody in', () => {
    const closed = operatorTemplateOf({ ...settings, operators: [] });
    for (const [, { Properties }] of ofType(closed, 'AWS::Lambda::Function')) {
      expect(JSON.parse(Properties.Environment.Variables.SETTINGS).operators).toEqual([]);
    }
  });
});
