/**
 * The props of the constructs: the settings of a settings file, and beside them what an app has as objects. An object takes the place
 * of the setting that names it: write one or the other.
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

export interface StreamGroupProps extends GivenStreamGroup {
  /** Instead of `connectionTimeoutSeconds`. */
  readonly connectionTimeout?: Duration | undefined;
  /** Instead of `sessionLengthSeconds`. */
  readonly sessionLength?: Duration | undefined;
  /** Instead of `noticeSeconds`. */
  readonly notice?: Duration | undefined;
}

/** Lives of tokens, of the user pool that the deployment creates. */
export interface TokenProps extends GivenTokens {
  /** Instead of `accessMinutes`. */
  readonly access?: Duration | undefined;
  /** Instead of `idMinutes`. */
  readonly id?: Duration | undefined;
  /** Instead of `refreshHours`. */
  readonly refresh?: Duration | undefined;
}

export interface CognitoProps extends Omit<GivenCognito, 'tokens'> {
  readonly tokens?: TokenProps | undefined;
}

/** Whose tokens the API accepts: `issuer` and `audience`, or `userPool` and `userPoolClients`, or `cognito` for a pool of its own. */
export interface IdentityProps extends Omit<GivenIdentity, 'cognito'> {
  readonly cognito?: CognitoProps | undefined;
  /** A user pool of yours. */
  readonly userPool?: IUserPool | undefined;
  /** Its clients whose access tokens count. `scope` names the scope of a resource server of yours; `rejoin/play` when left out. */
  readonly userPoolClients?: readonly IUserPoolClient[] | undefined;
}

export interface DomainProps extends Omit<GivenDomain, 'certificateArn' | 'hostedZone'> {
  readonly certificateArn?: string | undefined;
  /** Instead of `certificateArn`: a certificate in the Region of the stack. */
  readonly certificate?: ICertificate | undefined;
  /** Where the record is made. */
  readonly hostedZone?: IHostedZone | GivenDomain['hostedZone'];
}

export interface LogProps extends GivenLogs {
  /** Instead of `retentionDays`. */
  readonly retention?: RetentionDays | undefined;
}

export interface AlarmProps extends GivenAlarms {
  /** Instead of `slowAnswerSeconds`. */
  readonly slowAnswer?: Duration | undefined;
}

type SettingsWithoutObjects = Omit<
  Given,
  'stackName' | 'streamGroups' | 'identity' | 'domain' | 'alarmTopic' | 'alarms' | 'logs' | 'removalPolicy'
>;

/** The props of `Rejoin`. Only `streamGroups` is required. A string may have unresolved tokens, such as the ARN of a resource. */
export interface RejoinProps extends SettingsWithoutObjects {
  /** The stack around the construct has its name already. */
  readonly stackName?: never;
  readonly streamGroups: readonly StreamGroupProps[];
  readonly identity?: IdentityProps | undefined;
  readonly domain?: DomainProps | undefined;
  /** The SNS topic that every alarm notifies, or its ARN. */
  readonly alarmTopic?: ITopic | string | undefined;
  /** What every alarm does besides, when it starts and when it ends. */
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
  /**
   * A customer managed key that encrypts the tables and every log group, in the Region of the stack. Each role may use it through
   * DynamoDB, and only so. The policy of a key that is made in your app gets a statement for CloudWatch Logs; that of another key must
   * have one already.
   */
  readonly encryptionKey?: IKey | undefined;
  readonly alarms?: AlarmProps | undefined;
  readonly logs?: LogProps | undefined;
  /** What happens to table, logs and accounts when the stack is deleted. */
  readonly removalPolicy?: Given['removalPolicy'] | RemovalPolicy.RETAIN | RemovalPolicy.DESTROY | undefined;
}
