import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../infra/rejoin.ts';
import {
  group,
  minimal,
  newApp,
  ofType,
  stackOf,
  templateOf,
  text,
  warningsOf,
  withProvider,
} from './synth.ts';

describe('the table', () => {
  const [table] = ofType(templateOf(minimal), 'AWS::DynamoDB::Table');

  test('has the keys that the functions use, deletes expired items and can be restored', () => {
    expect(table?.[1].Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});

describe('what outlives the stack', () => {
  const keepers = ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup', 'AWS::Cognito::UserPool'];

  test('by default data, logs and accounts stay, and the stack is protected from deletion', () => {
    const template = templateOf(minimal);
    for (const type of keepers) {
      expect(ofType(template, type).length, type).toBeGreaterThan(0);
      for (const [id, resource] of ofType(template, type)) {
        expect([resource.DeletionPolicy, resource.UpdateReplacePolicy], id).toEqual(['Retain', 'Retain']);
      }
    }
    expect(ofType(template, 'AWS::DynamoDB::Table')[0]?.[1].Properties.DeletionProtectionEnabled).toBe(true);
    expect(ofType(template, 'AWS::Cognito::UserPool')[0]?.[1].Properties.DeletionProtection).toBe('ACTIVE');
    expect(stackOf(minimal).terminationProtection).toBe(true);
  });

  test('with "destroy" nothing stays, so that a trial leaves no trace', () => {
    const template = templateOf({ ...minimal, removalPolicy: 'destroy' });
    for (const type of keepers) {
      for (const [id, resource] of ofType(template, type)) expect(resource.DeletionPolicy, id).toBe('Delete');
    }
    expect(ofType(template, 'AWS::DynamoDB::Table')[0]?.[1].Properties.DeletionProtectionEnabled).toBe(false);
    expect(ofType(template, 'AWS::Cognito::UserPool')[0]?.[1].Properties.DeletionProtection).toBe('INACTIVE');
    expect(stackOf({ ...minimal, removalPolicy: 'destroy' }).terminationProtection).toBe(false);
  });
});

describe('identity', () => {
  test('with an existing provider there are no Cognito resources', () => {
    const types = Object.values(templateOf(withProvider).Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::Cognito::'))).toEqual([]);
  });

  const template = templateOf({
    ...minimal,
    stackName: 'Arcade',
    identity: {
      cognito: {
        callbackUrls: ['https://play.example.com/in'],
        logoutUrls: ['https://play.example.com/out'],
      },
    },
  });
  const [[poolId, pool] = []] = ofType(template, 'AWS::Cognito::UserPool');
  const [[clientId, client] = []] = ofType(template, 'AWS::Cognito::UserPoolClient');
  const [[serverId, server] = []] = ofType(template, 'AWS::Cognito::UserPoolResourceServer');

  test('the page is a public client: authorization code with PKCE, no secret and no token in a URL', () => {
    const { AllowedOAuthScopes, ...properties } = client?.Properties ?? {};
    expect(properties).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      CallbackURLs: ['https://play.example.com/in'],
      LogoutURLs: ['https://play.example.com/out'],
      SupportedIdentityProviders: ['COGNITO'],
      PreventUserExistenceErrors: 'ENABLED',
    });
    expect(AllowedOAuthScopes.map(text)).toEqual(['openid', `\${${serverId}}/play`]);
  });

  test('every route requires the scope that our resource server issues', () => {
    expect(server?.Properties).toMatchObject({ Identifier: 'rejoin', Scopes: [{ ScopeName: 'play' }] });
    for (const [, { Properties }] of ofType(template, 'AWS::ApiGatewayV2::Route')) {
      expect(Properties.AuthorizationScopes).toEqual(['rejoin/play']);
    }
  });

  test("the API accepts the pool's access tokens, which have a client id and no audience", () => {
    const [authorizer] = ofType(template, 'AWS::ApiGatewayV2::Authorizer');
    const { Issuer, Audience } = authorizer?.[1].Properties.JwtConfiguration ?? {};
    expect(Audience.map(text)).toEqual([`\${${clientId}}`]);
    expect(text(Issuer)).toBe(`https://cognito-idp.\${AWS::Region}.\${AWS::URLSuffix}/\${${poolId}}`);
  });

  test('strangers cannot create accounts unless the settings allow it', () => {
    expect(pool?.Properties.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: true });
    const open = templateOf({ ...minimal, identity: { cognito: { selfSignUp: true } } });
    expect(ofType(open, 'AWS::Cognito::UserPool')[0]?.[1].Properties.AdminCreateUserConfig).toEqual({
      AllowAdminCreateUserOnly: false,
    });
  });

  test('the sign-in page has a unique name, or the chosen one', () => {
    const domain = ([, { Properties }]: ReturnType<typeof ofType>[number]) => text(Properties.Domain);
    expect(ofType(template, 'AWS::Cognito::UserPoolDomain').map(domain)).toEqual([
      expect.stringMatching(/^arcade-rejoin-[0-9a-f]{8}-\$\{AWS::AccountId\}$/),
    ]);
    const chosen = templateOf({ ...minimal, identity: { cognito: { domainPrefix: 'the-arcade' } } });
    expect(ofType(chosen, 'AWS::Cognito::UserPoolDomain').map(domain)).toEqual(['the-arcade']);
  });

  test('a stack name with a word that Cognito reserves is refused before the deployment', () => {
    const line =
      /^identity\.cognito\.domainPrefix is missing; write a prefix .+: "awsgames-rejoin-\w{8}", made of/;
    expect(() => templateOf({ ...minimal, stackName: 'AwsGames' })).toThrow(
      expect.objectContaining({ name: 'SettingsError', lines: [expect.stringMatching(line)] }),
    );
  });

  test('the name of the sign-in page has at most 63 characters, however long the stack name is', () => {
    const long = templateOf({ ...minimal, stackName: `Arcade${'x'.repeat(104)}` });
    const [[, { Properties }] = ['', { Properties: {} }]] = ofType(long, 'AWS::Cognito::UserPoolDomain');
    expect(text(Properties.Domain)).toMatch(/^arcade[a-z0-9-]{1,44}-\$\{AWS::AccountId\}$/);
  });
});

describe('the outputs for a web developer', () => {
  const outputsOf = (settings: Parameters<typeof templateOf>[0]) =>
    Object.fromEntries(
      Object.entries(templateOf(settings).Outputs).map(([name, { Value }]) => [name, text(Value)]),
    );

  test('name the API and the tokens that it accepts', () => {
    expect(outputsOf(withProvider)).toEqual({
      ApiUrl: expect.stringMatching(/^\$\{RejoinPlayerApi\w{8}\.ApiEndpoint\}$/),
      Issuer: 'https://login.example.com/',
      Audience: 'rejoin-web',
      Scope: 'games/play',
    });
  });

  test('name the client id and the sign-in page too, with our user pool', () => {
    const outputs = outputsOf(minimal);
    expect(Object.keys(outputs)).toEqual(['ApiUrl', 'Issuer', 'Audience', 'Scope', 'ClientId', 'SignInUrl']);
    expect(outputs.ClientId).toBe(outputs.Audience);
    expect(outputs.SignInUrl).toMatch(/^https:\/\/\$\{\w+\}\.auth\.\$\{AWS::Region\}\.amazoncognito\.com$/);
  });
});

describe('warnings', () => {
  const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
  const watched = { ...withProvider, alarmTopic };

  test('the example settings cause one', () => {
    const [example] = warningsOf({
      ...withProvider,
      streamGroups: [{ ...group, id: 'sg-1AB2C3De4' }],
    });
    expect(example).toMatch(/^these are the example settings: your account has no stream group sg-1AB2C3De4/);
  });

  test("accounts for everybody cause one, until SES sends the e-mails: Cognito's own sender stops at 50 a day", () => {
    const open = (email?: object) =>
      warningsOf({
        ...watched,
        identity: { cognito: { selfSignUp: true, ...(email && { email: email as never }) } },
      });
    expect(open()).toEqual([
      expect.stringMatching(/Cognito sends only 50 e-mails a day.+Write identity\.cognito\.email/),
    ]);
    expect(open({ from: 'no-reply@example.com', sesRegion: 'eu-west-1' })).toEqual([]);
    expect(warningsOf({ ...watched, identity: { cognito: {} } })).toEqual([]);
  });

  test.each(['WARN', 'ERROR'] as const)(
    'log level %s causes one: the saved queries would find little',
    (level) => {
      expect(warningsOf({ ...withProvider, alarmTopic, logs: { level } })).toEqual([
        expect.stringMatching(
          new RegExp(`^logs\\.level ${level} leaves out the players' steps.+Write "INFO"`),
        ),
      ]);
    },
  );

  test('an API that no web page can call causes one', () => {
    expect(warningsOf({ ...minimal, alarmTopic })).toEqual([
      expect.stringMatching(/^webOrigins is empty: no web page can call the API/),
    ]);
  });

  test('ordinary settings cause none', () => {
    expect(warningsOf(watched)).toEqual([]);
    expect(warningsOf({ ...watched, expectedPlayers: 2160 })).toEqual([]);
  });

  test('alarms without a topic cause one', () => {
    expect(warningsOf(withProvider)).toEqual([
      expect.stringMatching(/^alarmTopic is not set: alarms change their colour .+, but notify nobody/),
    ]);
  });

  test('more players than the quota brings back in time cause one, in each Region', () => {
    const streamGroups = [
      { ...group, connectionTimeoutSeconds: 300 },
      { ...group, id: 'sg-B', region: 'eu-central-1' },
    ];
    expect(warningsOf({ ...watched, streamGroups, expectedPlayers: 2400 })).toEqual([
      expect.stringMatching(
        /^expectedPlayers, in eu-central-1: 2,400 players dropped at once take 120 s of the 120 s .+ raise connectionTimeoutSeconds to 134 or more, or ask AWS to raise/,
      ),
    ]);
  });
});

test('the stack has its name and tags, no fixed account or Region, and no CDK metadata', () => {
  const stack = stackOf({ ...withProvider, stackName: 'Arcade' });
  expect(stack.stackName).toBe('Arcade');
  expect(stack.environment).toBe('aws://unknown-account/unknown-region');
  const template = templateOf(withProvider);
  expect(ofType(template, 'AWS::CDK::Metadata')).toEqual([]);
  expect(ofType(template, 'AWS::DynamoDB::Table')[0]?.[1].Properties.Tags).toEqual([
    { Key: 'application', Value: 'rejoin' },
  ]);
});

test('the construct works in another stack, with a fixed account and Region', () => {
  const app = newApp();
  const stack = new Stack(app, 'Theirs', { env: { account: '111122223333', region: 'eu-west-1' } });
  const rejoin = new Rejoin(stack, 'Reconnect', withProvider);
  const types = Object.values(Template.fromStack(stack).toJSON().Resources).map(
    (each) => (each as { Type: string }).Type,
  );
  expect(types.filter((type) => type === 'AWS::ApiGatewayV2::Route')).toHaveLength(6);
  expect(rejoin.settings.identity).toEqual(withProvider.identity);
  expect(() => new Rejoin(stack, 'Wrong', { streamGroups: [] })).toThrow(/^streamGroups is \[\]; write/);
});
