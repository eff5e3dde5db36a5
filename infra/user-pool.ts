/** A Cognito user pool for players, with one public client for a single-page app. */
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { cdkRemovalPolicy } from './removal.ts';
import type { CognitoIdentity, Settings } from './settings.ts';

export interface PlayerPoolProps {
  readonly cognito: CognitoIdentity['cognito'];
  readonly removalPolicy: Settings['removalPolicy'];
  /** Part of the hosted domain where the settings name none; domains are unique in their Region. */
  readonly stackName: string;
}

export class PlayerPool extends Construct {
  readonly issuer: string;
  readonly clientId: string;
  /** Address of Cognito's sign-in page. */
  readonly signInUrl: string;

  constructor(scope: Construct, id: string, { cognito, removalPolicy, stackName }: PlayerPoolProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: cognito.selfSignUp,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true } },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        // Length beats composition rules (NIST SP 800-63B); these satisfy the usual audits besides.
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
    const play = new ResourceServerScope({ scopeName: 'play', scopeDescription: 'Play streamed games' });
    const server = new UserPoolResourceServer(this, 'Rejoin', {
      userPool: pool,
      identifier: 'rejoin',
      scopes: [play],
    });
    const client = new UserPoolClient(this, 'Page', {
      userPool: pool,
      // A browser keeps no secret: PKCE stands in for it, which Cognito holds a client to once it sends a challenge.
      generateSecret: false,
      // Sign-in goes through the hosted page alone. Naming no flow at all would leave Cognito's own defaults on.
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
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
    const domain = new UserPoolDomain(this, 'SignIn', {
      userPool: pool,
      cognitoDomain: { domainPrefix: cognito.domainPrefix ?? `${stackName.toLowerCase()}-${Aws.ACCOUNT_ID}` },
    });
    const { region, urlSuffix } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}`;
    this.clientId = client.userPoolClientId;
    this.signInUrl = domain.baseUrl();
  }
}
