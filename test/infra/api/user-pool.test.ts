import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../../infra/settings/settings.ts';
import { minimal, ofType, type Resource, templateOf } from '../synth.ts';

type Cognito = NonNullable<NonNullable<SettingsInput['identity']>['cognito']>;

/** The Cognito resources of cdk.json's example, as they were deployed before their plan, tokens and sender were settings. */
const before: Record<string, Resource> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'pool-before-settings.json'), 'utf8'),
);
const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', '..', 'cdk.json'), 'utf8'));

function cognitoOf(cognito?: Cognito): Record<string, Resource> {
  const { Resources } = templateOf({ ...context.rejoin, ...(cognito && { identity: { cognito } }) });
  return Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => Type in fixed));
}

const propertiesOf = (type: string, cognito?: Cognito) =>
  ofType(templateOf({ ...minimal, ...(cognito && { identity: { cognito } }) }), type)[0]?.[1].Properties;

/**
 * Properties that CloudFormation replaces a resource for, or that AWS never changes in one that exists (CloudFormation template
 * reference; Cognito, UpdateUserPool).
 */
const fixed: Record<string, readonly string[]> = {
  'AWS::Cognito::UserPool': [
    'UserPoolName',
    'AliasAttributes',
    'UsernameAttributes',
    'UsernameConfiguration',
    'Schema',
  ],
  'AWS::Cognito::UserPoolClient': ['UserPoolId', 'GenerateSecret'],
  'AWS::Cognito::UserPoolDomain': ['UserPoolId', 'Domain'],
  'AWS::Cognito::UserPoolResourceServer': ['UserPoolId', 'Identifier'],
};

describe('a user pool that exists', () => {
  test('is the same after an upgrade without new settings, but for its plan, which was Cognito’s default and is now written down', () => {
    const expected = structuredClone(before);
    for (const { Type, Properties } of Object.values(expected)) {
      if (Type === 'AWS::Cognito::UserPool') Properties.UserPoolTier = 'ESSENTIALS';
    }
    expect(cognitoOf()).toEqual(expected);
  });

  const email = { from: 'no-reply@example.com', sesRegion: 'eu-west-1' };
  test.each<[string, Cognito]>([
    ['another plan', { plan: 'LITE' }],
    ['threat protection', { plan: 'PLUS', threatProtection: 'full' }],
    ['a required second factor', { mfa: 'required' }],
    ['SES', { email }],
    ['other lives of tokens', { tokens: { accessMinutes: 5, idMinutes: 5, refreshHours: 1 } }],
    ['accounts for everybody', { selfSignUp: true }],
    ['other pages', { callbackUrls: ['https://a.example/'], logoutUrls: ['https://b.example/'] }],
  ])('is not replaced by %s, so no player loses an account', (_what, cognito) => {
    const after = cognitoOf(cognito);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [id, { Type, Properties }] of Object.entries(before)) {
      for (const name of fixed[Type] ?? []) {
        expect(after[id]?.Properties[name], `${id}.${name}`).toEqual(Properties[name]);
      }
    }
    expect(after).not.toEqual(cognitoOf());
  });
});

describe('a second factor', () => {
  const mfa = (cognito?: Cognito) => {
    const { MfaConfiguration, EnabledMfas, SmsConfiguration } = propertiesOf(
      'AWS::Cognito::UserPool',
      cognito,
    );
    return { MfaConfiguration, EnabledMfas, SmsConfiguration };
  };
  const app = { EnabledMfas: ['SOFTWARE_TOKEN_MFA'], SmsConfiguration: undefined };

  test('is asked of accounts that have one, with the default settings', () => {
    expect(mfa()).toEqual({ MfaConfiguration: 'OPTIONAL', ...app });
  });

  test('is required of everybody where the settings say so, so that Cognito’s page lets players set it up', () => {
    expect(mfa({ mfa: 'required' })).toEqual({ MfaConfiguration: 'ON', ...app });
  });

  test('can never be set up with a stolen token: no token of the page may change its account', () => {
    for (const required of ['optional', 'required'] as const) {
      const { AllowedOAuthScopes } = propertiesOf('AWS::Cognito::UserPoolClient', { mfa: required });
      expect(JSON.stringify(AllowedOAuthScopes)).not.toContain('aws.cognito.signin.user.admin');
    }
  });
});

describe('an account of a player', () => {
  const pool = propertiesOf('AWS::Cognito::UserPool');

  test('has a password that is not guessed: twelve characters of four kinds', () => {
    expect(pool.Policies.PasswordPolicy).toEqual({
      MinimumLength: 12,
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
      // An invitation that is found later in a mailbox opens nothing.
      TemporaryPasswordValidityDays: 3,
    });
  });

  test('is recovered by e-mail alone: no number can be taken over at a phone company', () => {
    expect(pool.AccountRecoverySetting.RecoveryMechanisms).toEqual([{ Name: 'verified_email', Priority: 1 }]);
  });

  test('is found however the player writes the address, and is not made a second time', () => {
    expect(pool.UsernameConfiguration).toEqual({ CaseSensitive: false });
  });

  test('can be signed out everywhere: a refresh token that was stolen can be taken back', () => {
    expect(propertiesOf('AWS::Cognito::UserPoolClient').EnableTokenRevocation).toBe(true);
  });
});

describe('the settings of the user pool', () => {
  test.each(['LITE', 'ESSENTIALS', 'PLUS'] as const)('the plan %s is written into the template', (plan) => {
    const { UserPoolTier, UserPoolAddOns } = propertiesOf('AWS::Cognito::UserPool', { plan });
    expect([UserPoolTier, UserPoolAddOns]).toEqual([plan, undefined]);
  });

  test.each([
    ['audit', 'AUDIT'],
    ['full', 'ENFORCED'],
  ] as const)('threat protection "%s" is %s', (threatProtection, mode) => {
    const { UserPoolAddOns } = propertiesOf('AWS::Cognito::UserPool', { plan: 'PLUS', threatProtection });
    expect(UserPoolAddOns).toEqual({ AdvancedSecurityMode: mode });
  });

  test('tokens live as long as the settings say: a stolen access token works until it ends', () => {
    const tokens = { accessMinutes: 15, idMinutes: 10, refreshHours: 24 };
    expect(propertiesOf('AWS::Cognito::UserPoolClient', { tokens })).toMatchObject({
      AccessTokenValidity: 15,
      IdTokenValidity: 10,
      RefreshTokenValidity: 1440,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
    });
  });

  test.each([
    [undefined, 'no-reply@play.example.com'],
    ['play.example.com', 'play.example.com'],
  ])(
    'e-mails go through SES, by its verified domain %s or else the address itself',
    (sesDomain, identity) => {
      const from = 'no-reply@play.example.com';
      const { EmailConfiguration } = propertiesOf('AWS::Cognito::UserPool', {
        email: { from, sesRegion: 'eu-west-1', ...(sesDomain && { sesDomain }) },
      });
      const { SourceArn, ...rest } = EmailConfiguration;
      expect(rest).toEqual({ EmailSendingAccount: 'DEVELOPER', From: from });
      expect(JSON.stringify(SourceArn)).toContain(`:ses:eu-west-1:`);
      expect(JSON.stringify(SourceArn)).toContain(`:identity/${identity}"`);
    },
  );
});
