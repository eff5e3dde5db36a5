import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LambdaAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LAMBDA_PERMISSION_LOGICAL_ID_FOR_LAMBDA_ACTION } from 'aws-cdk-lib/cx-api';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import { ofType, text } from '../synth.ts';
import { bothIn, ownStack, refusalOf, streamGroups, templateIn, warningsIn } from './own-stack.ts';

/** The actions of every alarm that notifies. */
function alarmActions(stack: Stack): Set<string> {
  const template = templateIn(stack);
  const all = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
    ofType(template, type),
  );
  // A part of a composite alarm does nothing.
  const notifying = all.filter(
    ([, { Properties }]) => !/half-\d+-minutes/.test(JSON.stringify(Properties.AlarmName ?? '')),
  );
  expect(notifying.length).toBeGreaterThan(15);
  return new Set(
    notifying.map(([, { Properties }]) => Properties.AlarmActions?.map(text).join(' and ') ?? 'nothing'),
  );
}

/** A stack with the flag that every new app has, without which the CDK gives a function one alarm only. */
function stackOfNewApp(): Stack {
  const stack = ownStack();
  stack.node.setContext(LAMBDA_PERMISSION_LOGICAL_ID_FOR_LAMBDA_ACTION, true);
  return stack;
}

describe('alarms', () => {
  test('notify a topic of the same app', () => {
    const stack = ownStack();
    bothIn(stack, { alarmTopic: new Topic(stack, 'OnCall') });
    expect(alarmActions(stack)).toEqual(new Set([expect.stringMatching(/^\$\{OnCall\w+\}$/)]));
    expect(warningsIn(stack).join()).not.toContain('alarmTopic');
  });

  test('notify a topic that is given by the ARN of a resource, which is unknown before the deployment', () => {
    const stack = ownStack();
    bothIn(stack, { alarmTopic: new Topic(stack, 'OnCall').topicArn });
    expect(alarmActions(stack)).toEqual(new Set([expect.stringMatching(/^\$\{OnCall\w+\}$/)]));
  });

  test('do what the app adds, beside the topic or without one', () => {
    const stack = stackOfNewApp();
    const code = Code.fromInline('exports.handler = async () => {}');
    const handler = 'index.handler';
    const pager = new LambdaFunction(stack, 'Pager', { code, handler, runtime: Runtime.NODEJS_24_X });
    bothIn(stack, { alarmTopic: new Topic(stack, 'OnCall'), alarmActions: [new LambdaAction(pager)] });
    expect(alarmActions(stack)).toEqual(
      new Set([expect.stringMatching(/^\$\{OnCall\w+\} and \$\{Pager\w+\.Arn\}$/)]),
    );
    const alone = stackOfNewApp();
    const other = new LambdaFunction(alone, 'Pager', { code, handler, runtime: Runtime.NODEJS_24_X });
    bothIn(alone, { alarmActions: [new LambdaAction(other)] });
    expect(alarmActions(alone)).toEqual(new Set([expect.stringMatching(/^\$\{Pager\w+\.Arn\}$/)]));
    expect(warningsIn(alone).join()).not.toContain('alarmTopic');
  });

  test('of nobody are still warned of', () => {
    const stack = ownStack();
    bothIn(stack, { alarmActions: [] });
    expect(warningsIn(stack).join()).toContain('alarmTopic is not set');
  });

  test('refuse a topic of another Region by its own Region, also when it is an object', () => {
    const stack = ownStack({ region: 'eu-west-1', account: '111122223333' });
    const alarmTopic = Topic.fromTopicArn(stack, 'OnCall', 'arn:aws:sns:us-east-1:111122223333:on-call');
    expect(() => new Rejoin(stack, 'Rejoin', { streamGroups, alarmTopic })).toThrow(
      /write the ARN of a topic in eu-west-1/,
    );
  });
});

describe('a custom domain', () => {
  test('takes a certificate and a hosted zone of the same app', () => {
    const stack = ownStack();
    const hostedZone = new PublicHostedZone(stack, 'Zone', { zoneName: 'arcade.example' });
    const certificate = new Certificate(stack, 'Certificate', { domainName: 'api.arcade.example' });
    new Rejoin(stack, 'Rejoin', {
      streamGroups,
      domain: { name: 'api.arcade.example', certificate, hostedZone },
    });
    const template = templateIn(stack);
    const [[, name] = []] = ofType(template, 'AWS::ApiGatewayV2::DomainName');
    const [[, record] = []] = ofType(template, 'AWS::Route53::RecordSet');
    expect(text(name?.Properties.DomainNameConfigurations[0].CertificateArn)).toMatch(
      /^\$\{Certificate\w+\}$/,
    );
    expect(text(record?.Properties.HostedZoneId)).toMatch(/^\$\{Zone\w+\}$/);
    expect(record?.Properties.Name).toBe('api.arcade.example.');
  });

  test('is refused outside its hosted zone, also when the zone is an object', () => {
    const stack = ownStack();
    const hostedZone = new PublicHostedZone(stack, 'Zone', { zoneName: 'other.example' });
    const certificateArn = 'arn:aws:acm:us-west-2:111122223333:certificate/1234';
    const domain = { name: 'api.arcade.example', certificateArn, hostedZone };
    expect(() => new Rejoin(stack, 'Rejoin', { streamGroups, domain })).toThrow(/domain\.hostedZone\.name/);
  });
});

describe('a user pool of the app', () => {
  test('is whose tokens count, for the clients that are named, and no other pool is made', () => {
    const stack = ownStack();
    const userPool = new UserPool(stack, 'Players');
    const [web, console] = ['Web', 'Console'].map((id) => userPool.addClient(id));
    if (!web || !console) throw new Error('no clients');
    const rejoin = new Rejoin(stack, 'Rejoin', {
      streamGroups,
      identity: { userPool, userPoolClients: [web, console], scope: 'arcade/play' },
    });
    const template = templateIn(stack);
    expect(ofType(template, 'AWS::Cognito::UserPool')).toHaveLength(1);
    const [[, authorizer] = []] = ofType(template, 'AWS::ApiGatewayV2::Authorizer');
    const { Issuer, Audience } = authorizer?.Properties.JwtConfiguration ?? {};
    expect(text(Issuer)).toMatch(
      /^https:\/\/cognito-idp\.\$\{AWS::Region\}\.\$\{AWS::URLSuffix\}\/\$\{Players\w+\}$/,
    );
    expect(Audience.map(text)).toEqual([
      expect.stringMatching(/^\$\{PlayersWeb\w+\}$/),
      expect.stringMatching(/^\$\{PlayersConsole\w+\}$/),
    ]);
    expect(rejoin.identity.tokens.scope).toBe('arcade/play');
  });

  test('of another Region keeps its own issuer', () => {
    const stack = ownStack({ region: 'eu-west-1', account: '111122223333' });
    const arn = 'arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_Ab129faBb';
    const userPool = UserPool.fromUserPoolArn(stack, 'Players', arn);
    const identity = { userPool, userPoolClients: [userPool.addClient('Web')] };
    const { tokens } = new Rejoin(stack, 'Rejoin', { streamGroups, identity }).identity;
    expect(stack.resolve(tokens.issuer)).toEqual({
      'Fn::Join': ['', ['https://cognito-idp.us-east-1.', { Ref: 'AWS::URLSuffix' }, '/us-east-1_Ab129faBb']],
    });
    expect(tokens.scope).toBe('rejoin/play');
  });

  test('is refused without clients, and beside another provider', () => {
    const userPool = new UserPool(ownStack(), 'Players');
    expect(refusalOf({ identity: { userPool } })).toEqual([
      'identity.userPoolClients is missing; write a list of the clients whose tokens are accepted, such as [client]',
    ]);
    expect(refusalOf({ identity: { userPoolClients: [userPool.addClient('Web')] } })).toEqual([
      'identity.userPool is missing; write the user pool of the clients',
    ]);
    const both = {
      userPool,
      userPoolClients: [userPool.addClient('App')],
      issuer: 'https://a.example',
      cognito: {},
    };
    expect(refusalOf({ identity: both })).toEqual([
      'identity has userPool or userPoolClients, and issuer and cognito; write either "userPool" and "userPoolClients" or the others',
    ]);
  });
});

describe('durations, retention and removal', () => {
  test('are the settings that they stand for', () => {
    const [group] = streamGroups;
    const own = {
      streamGroups: [
        {
          ...group,
          id: 'sg-A',
          region: 'us-west-2',
          applications: ['a-1'],
          connectionTimeout: Duration.minutes(5),
          sessionLength: Duration.hours(2),
          notice: Duration.seconds(7),
        },
      ],
      identity: {
        cognito: {
          tokens: { access: Duration.minutes(15), id: Duration.hours(1), refresh: Duration.days(2) },
        },
      },
      alarms: { slowAnswer: Duration.millis(1500) },
      logs: { retention: RetentionDays.ONE_YEAR },
      removalPolicy: RemovalPolicy.DESTROY as const,
    };
    const { settings } = new Rejoin(ownStack(), 'Rejoin', own);
    expect(settings).toMatchObject({
      streamGroups: [{ connectionTimeoutSeconds: 300, sessionLengthSeconds: 7200, noticeSeconds: 7 }],
      identity: { cognito: { tokens: { accessMinutes: 15, idMinutes: 60, refreshHours: 48 } } },
      alarms: { slowAnswerSeconds: 1.5 },
      logs: { retentionDays: 365 },
      removalPolicy: 'destroy',
    });
  });

  test('are refused by the rule of the setting', () => {
    const [group] = streamGroups;
    expect(refusalOf({ streamGroups: [{ ...group, connectionTimeout: Duration.hours(2) }] })).toEqual([
      'streamGroups[0].connectionTimeoutSeconds is 7200; write a whole number from 1 to 3600',
    ]);
    expect(refusalOf({ streamGroups: [{ ...group, notice: Duration.millis(2500) }] })).toEqual([
      'streamGroups[0].noticeSeconds is 2.5; write a whole number from 1 to 300',
    ]);
    const [retention = ''] = refusalOf({ logs: { retention: RetentionDays.INFINITE } });
    expect(retention).toMatch(/^logs\.retentionDays is 9999; write one of 1, 3/);
    const [removal = ''] = refusalOf({ removalPolicy: RemovalPolicy.SNAPSHOT });
    expect(removal).toMatch(/^removalPolicy is "snapshot"; write "retain" or "destroy"$/);
  });

  test('are refused beside the setting that says the same, each in its own line', () => {
    const [group] = streamGroups;
    expect(
      refusalOf({
        streamGroups: [{ ...group, connectionTimeout: Duration.minutes(1), connectionTimeoutSeconds: 60 }],
        logs: { retention: RetentionDays.ONE_DAY, retentionDays: 1 },
      }),
    ).toEqual([
      'streamGroups[0].connectionTimeout and streamGroups[0].connectionTimeoutSeconds say the same thing twice; write one of them',
      'logs.retention and logs.retentionDays say the same thing twice; write one of them',
    ]);
  });
});

test('a prop of another type is refused in a line of its own, for whoever writes JavaScript', () => {
  const [group] = streamGroups;
  expect(
    refusalOf({
      streamGroups: [{ ...group, connectionTimeout: 120 }],
      logs: { retention: 'P30D' },
      domain: { name: 'api.arcade.example', certificate: 'arn:aws:acm:us-west-2:111122223333:certificate/1' },
      encryptionKey: 'arn:aws:kms:us-west-2:111122223333:key/1',
      alarmActions: [new Topic(ownStack(), 'OnCall')],
    }),
  ).toEqual([
    'encryptionKey is not what it must be; write a key, such as Key.fromKeyArn(...)',
    'alarmActions is not what it must be; write a list of actions, such as [new SnsAction(topic)]',
    'streamGroups[0].connectionTimeout is not what it must be; write a Duration, such as Duration.minutes(2)',
    'domain.certificate is not what it must be; write a certificate, such as Certificate.fromCertificateArn(...)',
    'logs.retention is not what it must be; write a number of days, such as RetentionDays.ONE_MONTH',
  ]);
});

test('a stackName is refused where the stack is there already, and the settings name that stack', () => {
  expect(refusalOf({ stackName: 'Arcade' })).toEqual([
    'stackName has no place here; leave it out: the stack around this construct has a name already',
  ]);
  const { settings } = new Rejoin(ownStack(), 'Rejoin', { streamGroups });
  expect(settings.stackName).toBe('Arcade');
});
