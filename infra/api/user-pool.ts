/** A Cognito user pool for players, with one public client for a single-page app. */
import { Aws, Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolEmail,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { invalidLine, SettingsError } from '../settings/errors.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import { isDomainPrefix } from '../settings/rules.ts';
import type { CognitoIdentity, Settings } from '../settings/settings.ts';

export interface PlayerPoolProps {
  readonly cognito: CognitoIdentity['cognito'];
  readonly removalPolicy: Settings['removalPolicy'];
  /** The construct that gives the hosted domain its name if the settings name none. */
  readonly deployment: Construct;
}

/**
 * A hosted domain is unique in its Region, across all accounts. So its name consists of the deployment's place in its app,
 * because an app may hold several deployments, and of the account id, which has 12 digits.
 */
function domainPrefixOf(deployment: Construct): string {
  const name = Names.uniqueResourceName(deployment, { maxLength: 50, separator: '-' }).toLowerCase();
  if (isDomainPrefix(`${name}-123456789012`)) return `${name}-${Aws.ACCOUNT_ID}`;
  const allowed = `a prefix for Cognito's sign-in page: ${JSON.stringify(name)}, made of the stack's name, cannot be one`;
  throw new SettingsError([invalidLine({}, { path: ['identity', 'cognito', 'domainPrefix'], allowed })]);
}

const threatProtectionModes = {
  audit: StandardThreatProtectionMode.AUDIT_ONLY,
  full: StandardThreatProtectionMode.FULL_FUNCTION,
};

function sesSender({ from, sesRegion, sesDomain }: NonNullable<CognitoIdentity['cognito']['email']>) {
  return UserPoolEmail.withSES({
    fromEmail: from,
    sesRegion,
    ...(sesDomain === undefined ? {} : { sesVerifiedDomain: sesDomain }),
  });
}

export class PlayerPool extends Construct {
  readonly userPool: UserPool;
  /** The client of the web page. It has no secret. */
  readonly userPoolClient: UserPoolClient;
  /** The issuer of the tokens, as in their claim `iss`. */
  readonly issuer: string;
  /** The id of `userPoolClient`. */
  readonly clientId: string;
  /** Base URL of Cognito's sign-in page. */
  readonly signInUrl: string;

  /** @throws {SettingsError} when the settings name no hosted domain and the deployment's name cannot become one */
  constructor(scope: Construct, id: string, { cognito, removalPolicy, deployment }: PlayerPoolProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: cognito.selfSignUp,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true } },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      // Without a plan in the template Cognito would choose one, and its choice has changed before.
      featurePlan: FeaturePlan[cognito.plan],
      ...(cognito.threatProtection && {
        standardThreatProtectionMode: threatProtectionModes[cognito.threatProtection],
      }),
      // Cognito's page lets players set up an authenticator only where it is required. Nothing is ever sent by SMS.
      mfa: cognito.mfa === 'required' ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      ...(cognito.email && { email: sesSender(cognito.email) }),
      passwordPolicy: {
        // A minimum length matters more than composition rules (NIST SP 800-63B); these rules satisfy common audits too.
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy({ removalPolicy }),
    });
    Validations.of(pool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason:
          'The setting identity.cognito.mfa decides whether players need a second factor. By default they do not: in many games a stolen account can do no more than play.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason:
          'The plan is the setting identity.cognito.plan, since Plus is billed for every active player.',
      },
    );
    const play = new ResourceServerScope({ scopeName: 'play', scopeDescription: 'Play streamed games' });
    const server = new UserPoolResourceServer(this, 'Rejoin', {
      userPool: pool,
      identifier: 'rejoin',
      scopes: [play],
    });
    const client = new UserPoolClient(this, 'Page', {
      userPool: pool,
      // A browser cannot keep a secret, so the page uses PKCE. Cognito enforces it once the page sends a challenge.
      generateSecret: false,
      // Players sign in through the hosted page only. With no flow named at all Cognito would enable its own defaults.
      authFlows: { userSrp: false, custom: false },
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false },
        scopes: [OAuthScope.OPENID, OAuthScope.resourceServer(server, play)],
        callbackUrls: [...cognito.callbackUrls],
        logoutUrls: [...cognito.logoutUrls],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(cognito.tokens.accessMinutes),
      idTokenValidity: Duration.minutes(cognito.tokens.idMinutes),
      refreshTokenValidity: Duration.hours(cognito.tokens.refreshHours),
    });
    const domain = new UserPoolDomain(this, 'SignIn', {
      userPool: pool,
      cognitoDomain: { domainPrefix: cognito.domainPrefix ?? domainPrefixOf(deployment) },
    });
    const { region, urlSuffix } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    this.userPool = pool;
    this.userPoolClient = client;
    this.clientId = client.userPoolClientId;
    this.signInUrl = domain.baseUrl();
  }
}
