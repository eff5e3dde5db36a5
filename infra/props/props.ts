/**
 * The props of the constructs: the settings of a settings file, with their names and defaults (docs/settings.md). An app can also pass
 * CDK objects, such as a `Duration` or a `Topic`. An object replaces the setting of the same meaning: write one or the other.
 */
import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Immutable, SettingsInput } from '../settings/settings.ts';

type Given = Immutable<SettingsInput>;
type GivenStreamGroup = Given['streamGroups'][number];
type GivenIdentity = NonNullable<Given['identity']>;
type GivenCognito = NonNullable<GivenIdentity['cognito']>;
type GivenTokens = NonNullable<GivenCognito['tokens']>;
type GivenDomain = NonNullable<Given['domain']>;
type GivenLogs = NonNullable<Given['logs']>;
type GivenAlarms = NonNullable<Given['alarms']>;

/** A stream group that players may use. */
export interface StreamGroupProps extends GivenStreamGroup {
  /** How long AWS keeps a session without a client. Replaces `connectionTimeoutSeconds`. @default 120 seconds */
  readonly connectionTimeout?: Duration | undefined;
  /** The longest life of a session. Replaces `sessionLengthSeconds`. @default 12 hours */
  readonly sessionLength?: Duration | undefined;
  /** How long AWS takes to notice a lost client, if you have measured it. Replaces `noticeSeconds`. @default not known */
  readonly notice?: Duration | undefined;
}

/** How long the tokens of the deployment's own user pool are valid. */
export interface TokenProps extends GivenTokens {
  /** Access tokens. Replaces `accessMinutes`. @default 60 minutes */
  readonly access?: Duration | undefined;
  /** ID tokens. Replaces `idMinutes`. @default 60 minutes */
  readonly id?: Duration | undefined;
  /** Refresh tokens. Replaces `refreshHours`. @default 720 hours, which are 30 days */
  readonly refresh?: Duration | undefined;
}

/** The user pool that the deployment creates. */
export interface CognitoProps extends Omit<GivenCognito, 'tokens'> {
  readonly tokens?: TokenProps | undefined;
}

/**
 * Whose tokens the API accepts: those of a provider (`issuer`, `audience`), of a user pool in your app (`userPool`, `userPoolClients`),
 * or of a user pool that the deployment creates (`cognito`). @default `cognito`, with its own defaults
 */
export interface IdentityProps extends Omit<GivenIdentity, 'cognito'> {
  readonly cognito?: CognitoProps | undefined;
  /** A user pool in your app. Write `userPoolClients` too. */
  readonly userPool?: IUserPool | undefined;
  /** The clients of `userPool` whose access tokens are accepted. Its resource server must have the scope. @default `rejoin/play` */
  readonly userPoolClients?: readonly IUserPoolClient[] | undefined;
}

/** A custom domain for the player API. @default the address that API Gateway generates */
export interface DomainProps extends Omit<GivenDomain, 'certificateArn' | 'hostedZone'> {
  readonly certificateArn?: string | undefined;
  /** A certificate in the Region of the stack. Replaces `certificateArn`. */
  readonly certificate?: ICertificate | undefined;
  /** The zone in which the deployment creates the DNS record. @default you create the record yourself, see `Rejoin.domainTarget` */
  readonly hostedZone?: IHostedZone | GivenDomain['hostedZone'];
}

/** The logs of the functions and of the API. */
export interface LogProps extends GivenLogs {
  /** How long logs are kept. Replaces `retentionDays`. @default 30 days */
  readonly retention?: RetentionDays | undefined;
}

/** When alarms notify. */
export interface AlarmProps extends GivenAlarms {
  /** The longest acceptable 95th percentile of a reconnect's response time. Replaces `slowAnswerSeconds`. @default 3 seconds */
  readonly slowAnswer?: Duration | undefined;
}

type SettingsWithoutObjects = Omit<
  Given,
  'stackName' | 'streamGroups' | 'identity' | 'domain' | 'alarmTopic' | 'alarms' | 'logs' | 'removalPolicy'
>;

/** The props of `Rejoin`. Only `streamGroups` is required. A string may contain unresolved tokens, such as the ARN of a resource. */
export interface RejoinProps extends SettingsWithoutObjects {
  /** Not allowed: the stack around the construct has a name already. */
  readonly stackName?: never;
  /** The stream groups that players may use, at least one. */
  readonly streamGroups: readonly StreamGroupProps[];
  readonly identity?: IdentityProps | undefined;
  readonly domain?: DomainProps | undefined;
  /** The SNS topic that every alarm notifies, or its ARN, in the Region of the stack. @default alarms notify nobody */
  readonly alarmTopic?: ITopic | string | undefined;
  /** Further actions of every alarm, at its start and at its end. @default none */
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
  /**
   * A customer managed key in the Region of the stack. It encrypts the tables and every log group. Roles may use it only through
   * DynamoDB. If your app creates the key, its policy gets a statement for CloudWatch Logs. Any other key must have that statement
   * already. @default keys that AWS owns
   */
  readonly encryptionKey?: IKey | undefined;
  readonly alarms?: AlarmProps | undefined;
  readonly logs?: LogProps | undefined;
  /** Whether the tables, the logs and the players' accounts outlive the stack. @default `'retain'`: they do */
  readonly removalPolicy?: Given['removalPolicy'] | RemovalPolicy.RETAIN | RemovalPolicy.DESTROY | undefined;
}
