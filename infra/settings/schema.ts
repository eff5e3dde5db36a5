/**
 * Every setting: its name, its default, and one sentence with what is allowed. The sentences become error messages, so each
 * says what to write, not what is wrong.
 */
import * as z from 'zod';
import { amount, list, numeric, object, oneOf, text, whole, yesOrNo } from './fields.ts';
import {
  areTags,
  defaultConnectionTimeout,
  defaultSessionLength,
  isAwsId,
  isBucketName,
  isCertificateArn,
  isDomainPrefix,
  isEmailAddress,
  isGameRole,
  isHostName,
  isIssuer,
  isLocation,
  isOperator,
  isOrigin,
  isPageUrl,
  isRedirectUrl,
  isRegion,
  isScope,
  isTopicArn,
  mostAudiences,
  retentionDays,
} from './rules.ts';
import { startSchema } from './start-schema.ts';

const url = 'an https URL (http only for localhost, 127.0.0.1 or [::1])';
const redirects = () => list(text(`${url} without #fragment`, isRedirectUrl), 1, 'https URLs');
const perSecond = () => amount(1, 100_000).default(20);
const provisioned = () => whole(0, 10_000).default(0);

const streamGroup = object({
  id: text('a stream group id such as "sg-1AB2C3De4": 1 to 32 letters, digits and -', isAwsId),
  region: text('the AWS Region of the stream group\'s primary location, such as "us-west-2"', isRegion),
  applications: list(
    text('an application id such as "a-9ZY8X7Wv6": 1 to 32 letters, digits and -', isAwsId),
    1,
    'application ids, those that a player may start',
  ),
  /** Where a player may start a session; by default the stream group's own Region. */
  locations: list(
    text('a location such as "us-west-2": 1 to 20 letters, digits and -', isLocation),
    1,
    'locations, such as "us-west-2"',
  ).optional(),
  /** How long AWS keeps a session without a client. */
  connectionTimeoutSeconds: whole(1, 3600).default(defaultConnectionTimeout),
  sessionLengthSeconds: whole(1, 86_400).default(defaultSessionLength),
  /** How long AWS takes to notice a silent client, as `npm run conformance` measured it. A hint for waits. */
  noticeSeconds: whole(1, 300).optional(),
  /** A role that the games of the group get from AWS, for example to save to a bucket of the publisher. */
  roleArn: text(
    'the ARN of a role whose name begins with GameLiftStreams-, such as "arn:aws:iam::123456789012:role/GameLiftStreams-saves"',
    isGameRole,
  ).optional(),
});

export const cognitoSchema = object({
  callbackUrls: redirects().optional(),
  logoutUrls: redirects().optional(),
  domainPrefix: text(
    '1 to 63 lower case letters, digits and inner -, without the words aws, amazon and cognito',
    isDomainPrefix,
  ).optional(),
  /** Whether anybody on the internet may create an account. Each account can start sessions at the publisher's expense. */
  selfSignUp: yesOrNo().default(false),
  /** What Cognito offers and bills for each player of a month. */
  plan: oneOf(['LITE', 'ESSENTIALS', 'PLUS']).default('ESSENTIALS'),
  /** Only with the plan PLUS: whether Cognito records risky sign-ins, or acts on them as well. */
  threatProtection: oneOf(['audit', 'full']).optional(),
  /** An authenticator app. There is no value "off": accounts that have a second factor would lose it. */
  mfa: oneOf(['optional', 'required']).default('optional'),
  /** Amazon SES sends the e-mails. Without it Cognito does, 50 a day for the whole account. */
  email: object({
    from: text('the address that e-mails come from, such as "no-reply@example.com"', isEmailAddress),
    sesRegion: text('the Region of the verified identity in Amazon SES, such as "eu-west-1"', isRegion),
    /** Without it, the verified identity is the address itself. */
    sesDomain: text('the verified domain in lower case, such as "example.com"', isHostName).optional(),
  }).optional(),
  /** How long tokens live. The bounds are Cognito's. */
  tokens: object({
    accessMinutes: whole(5, 1440).default(60),
    idMinutes: whole(5, 1440).default(60),
    refreshHours: whole(1, 87_600).default(720),
  }).prefault({}),
});

const identity = object({
  issuer: text(`${url}, without ? and #, character for character the tokens' "iss"`, isIssuer).optional(),
  audience: list(
    text('a non-empty string', (value) => value.trim() !== ''),
    1,
    'strings, one of which is the tokens\' "aud" or "client_id"',
    mostAudiences,
  ).optional(),
  scope: text('one OAuth scope without spaces, such as "rejoin/play"', isScope).optional(),
  cognito: cognitoSchema.optional(),
});

/** A custom domain, instead of API Gateway's address. */
const domain = object({
  name: text('a host name in lower case, such as "play-api.example.com"', isHostName),
  certificateArn: text(
    'the ARN of an ACM certificate in the Region of the stack, such as "arn:aws:acm:eu-west-1:123456789012:certificate/..."',
    isCertificateArn,
  ),
  /** If Route 53 hosts the zone, the deployment creates the DNS record too. */
  hostedZone: object({
    id: text('the id of a Route 53 hosted zone, such as "Z0123456789ABCDEFGHIJ"', (id) =>
      /^Z[0-9A-Z]{1,31}$/.test(id),
    ),
    name: text('the name of the zone in lower case, such as "example.com"', isHostName),
  }).optional(),
});

/** The settings as a deployer writes them. `settings.ts` fills in the defaults that depend on other settings. */
export const settingsSchema = object({
  /** CloudFormation allows 128 characters. The API is named after the stack, and API Gateway allows 128 for all of its name. */
  stackName: text('a letter, then letters, digits and -: at most 110 characters in all', (name) =>
    /^[A-Za-z][A-Za-z0-9-]{0,109}$/.test(name),
  ).default('Rejoin'),
  streamGroups: z
    .array(streamGroup, 'a list of one or more stream groups: {"id", "region", "applications"}')
    .min(1, 'a list of one or more stream groups: {"id", "region", "applications"}'),
  /** Regions and locations that AWS added to GameLift Streams after the list in `regions.ts` was read. */
  additionalRegions: list(
    text('an AWS Region such as "us-west-2"', isRegion),
    0,
    'AWS Regions such as "us-west-2"',
  ).default([]),
  identity: identity.optional(),
  domain: domain.optional(),
  /** A proxy in front of the player API, such as CloudFront with AWS WAF: see docs/edge.md. */
  edge: object({
    /** The address that players use: the proxy's. */
    url: text(
      'the https address that players use, such as "https://play-api.example.com", without a path',
      isOrigin,
    ).optional(),
    /** Digests of the secret header: two while one replaces the other. */
    secretSha256: list(
      text('a SHA-256 digest in hexadecimal: 64 digits and letters a to f', (digest) =>
        /^[0-9a-f]{64}$/.test(digest),
      ),
      1,
      'SHA-256 digests of what the proxy sends as x-rejoin-edge',
      2,
    ),
    /** Whether API Gateway's own address, execute-api, still answers. */
    defaultAddress: yesOrNo().default(true),
  }).optional(),
  /** What GameLift Streams gets as UserId: a digest of issuer and subject, or the subject itself. */
  userId: oneOf(['pseudonym', 'subject']).default('pseudonym'),
  webOrigins: list(
    text(
      'an origin as browsers send it, such as "https://play.example.com": no path, no *, http only for localhost, 127.0.0.1 or [::1]',
      isOrigin,
    ),
    0,
    'origins such as "https://play.example.com"',
  ).default([]),
  /** Whether the browser may pass additional launch arguments to the game. */
  launchArguments: yesOrNo().default(false),
  /** Who may start what, and what the page may choose. */
  start: startSchema.optional(),
  limits: object({
    maxLiveSessionsPerPlayer: whole(1, 100).default(1),
    connectionsPerMinute: whole(1, 6000).default(30),
    startsPerMinute: whole(1, 6000).default(6),
    missesPerMinute: whole(1, 6000).default(10),
    /** An offer of the Web SDK has about 7 KB, more with candidates. API Gateway allows 10 MB. */
    signalRequestBytes: whole(16_384, 1_048_576).default(65_536),
  }).prefault({}),
  /** Calls per second that AWS grants this account in one Region. */
  quotas: object({
    StartStreamSession: perSecond(),
    GetStreamSession: perSecond(),
    CreateStreamSessionConnection: perSecond(),
    /** AWS documents no quota for it. We assume that of the similar operations. */
    CreateStreamSessionAdminShell: perSecond(),
  }).prefault({}),
  /**
   * The most players that stream at the same time. It has no effect but a warning, if some of them could not get back after a
   * storm.
   */
  expectedPlayers: whole(1, 100_000_000).optional(),
  adoption: object({
    enabled: yesOrNo().default(false),
    /** The ratio of the GetStreamSession quota for status lookups of sessions that have no record here. */
    quotaShare: amount(0.01, 1).default(0.1),
  }).prefault({}),
  /**
   * The principals that may use the operator API. Without the setting there is no operator API; with an empty list it refuses
   * everybody.
   */
  operators: list(
    text(
      'an IAM user such as "arn:aws:iam::123456789012:user/alice", or a role\'s sessions such as "arn:aws:sts::123456789012:assumed-role/Operators/*": the role\'s name without its path, then * or one session\'s name, and no other *',
      isOperator,
    ),
    0,
    'ARNs of IAM users and of roles\' sessions, such as "arn:aws:sts::123456789012:assumed-role/Operators/*"',
  ).optional(),
  /** Rate limits of admin shells. Each other use of the operator API has the same limits, and counts separately. */
  adminShell: object({
    perOperatorPerMinute: whole(1, 600).default(6),
    perMinute: whole(1, 6000).default(30),
  }).prefault({}),
  /** The S3 bucket that operators export the files of sessions to. Without it, nobody can export any. */
  exportBucket: text(
    'the name of an S3 bucket such as "arcade-exports": 3 to 63 lower case letters, digits, dots and inner hyphens',
    isBucketName,
  ).optional(),
  /** For how many days a record of the audit is kept. Without it, nothing here ever deletes one. */
  auditRetentionDays: whole(30, 3653).optional(),
  /** The SNS topic that every alarm notifies. */
  alarmTopic: text(
    'the ARN of an SNS topic in the Region of the stack, such as "arn:aws:sns:eu-west-1:123456789012:on-call"',
    isTopicArn,
  ).optional(),
  /** Where the people on call read docs/runbook.md. Every alarm's description ends with the address of its chapter there. */
  runbookUrl: text(
    'the https URL of your copy of docs/runbook.md, without #fragment, at most 500 characters',
    isPageUrl,
  ).optional(),
  /** Whether a function asks the API's public address once a minute, for an alarm. */
  probe: yesOrNo().default(false),
  alarms: object({
    /** The ratio of reconnects that must succeed, of those that could. The rest is the error budget of a month. */
    reconnectObjective: numeric(0.95, 0.9999, 'a number such as 0.99, for 99 %,', Number.isFinite).default(
      0.99,
    ),
    leastAnswers: whole(1, 10_000).default(10),
    /** The longest acceptable 95th percentile of a reconnect's response time. The function itself ends after 10 seconds. */
    slowAnswerSeconds: amount(0.5, 9).default(3),
  }).prefault({}),
  /** What the reconnect route takes from all callers together. All other routes of the player API share as much again. */
  throttling: object({
    ratePerSecond: amount(1, 1_000_000).default(500),
    burst: whole(1, 1_000_000).default(1000),
  }).prefault({}),
  logs: object({
    retentionDays: z
      .custom<(typeof retentionDays)[number]>(
        (value) => (retentionDays as readonly unknown[]).includes(value),
        `one of ${retentionDays.join(', ')}`,
      )
      .default(30),
    level: oneOf(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  }).prefault({}),
  memoryMb: whole(128, 10_240).default(512),
  /** Provisioned concurrency by route of the player API. AWS bills each sandbox by the second. */
  provisionedConcurrency: object({
    start: provisioned(),
    status: provisioned(),
    sessions: provisioned(),
    reconnect: provisioned(),
    terminate: provisioned(),
  }).prefault({}),
  /**
   * Executions at once that Lambda keeps for a function: nothing else in the account can use them, and the function gets no more.
   * 0 means none are kept, and no limit.
   */
  reservedConcurrency: object({
    reconnect: whole(0, 100_000).default(0),
  }).prefault({}),
  removalPolicy: oneOf(['retain', 'destroy']).default('retain'),
  /** On every resource that can be tagged. */
  tags: z
    .custom<Readonly<Record<string, string>>>(
      areTags,
      'an object of at most 40 tags such as {"team": "arcade"}, where a name has 1 to 128 and a value at most 256 letters, digits, spaces and _.:/=+-@, and no name begins with "aws:"',
    )
    .default({}),
});
