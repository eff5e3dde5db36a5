/** Turns props into the settings that they stand for. */
import type { Duration } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { SettingsError } from '../settings/errors.ts';
import type { RejoinProps } from './props.ts';

type Values = Record<string, unknown>;

const isObject = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A prop that takes the place of a setting. */
interface Substitute {
  readonly setting: string;
  readonly from: (value: never) => unknown;
  readonly is: (value: unknown) => boolean;
  /** What to write, in the words of an error. */
  readonly what: string;
}

// An app may have two copies of the CDK, so objects are told by their members and not by their class.
const has = (member: string) => (value: unknown) => isObject(value) && member in value;

// A duration need not be whole in its unit: the rule of the setting says what is allowed.
const fraction = { integral: false };
const duration = (setting: string, from: (value: Duration) => number): Substitute => ({
  setting,
  from,
  is: has('toSeconds'),
  what: 'a Duration, such as Duration.minutes(2)',
});
const seconds = (setting: string) => duration(setting, (value) => value.toSeconds(fraction));
const minutes = (setting: string) => duration(setting, (value) => value.toMinutes(fraction));
const hours = (setting: string) => duration(setting, (value) => value.toHours(fraction));

const inStreamGroup = {
  connectionTimeout: seconds('connectionTimeoutSeconds'),
  sessionLength: seconds('sessionLengthSeconds'),
  notice: seconds('noticeSeconds'),
};
const inTokens = {
  access: minutes('accessMinutes'),
  id: minutes('idMinutes'),
  refresh: hours('refreshHours'),
};
const inAlarms = { slowAnswer: seconds('slowAnswerSeconds') };
const inLogs = {
  retention: {
    setting: 'retentionDays',
    from: (days: number) => days,
    is: (value: unknown) => typeof value === 'number',
    what: 'a number of days, such as RetentionDays.ONE_MONTH',
  },
};
const inDomain = {
  certificate: {
    setting: 'certificateArn',
    from: ({ certificateArn }: ICertificate) => certificateArn,
    is: has('certificateArn'),
    what: 'a certificate, such as Certificate.fromCertificateArn(...)',
  },
};

/** Replaces props by their settings. What is no object, or unknown, is left for the settings' own checks. */
function substituted(
  value: unknown,
  substitutes: Readonly<Record<string, Substitute>>,
  path: string,
  lines: string[],
): unknown {
  if (!isObject(value)) return value;
  const result: Values = { ...value };
  for (const [prop, { setting, from, is, what }] of Object.entries(substitutes)) {
    const given = value[prop];
    if (given === undefined) continue;
    delete result[prop];
    if (!is(given)) lines.push(`${path}.${prop} is not what it must be; write ${what}`);
    else if (value[setting] === undefined) result[setting] = from(given as never);
    else lines.push(`${path}.${prop} and ${path}.${setting} say the same thing twice; write one of them`);
  }
  return result;
}

const isTopic = has('topicArn') as (value: unknown) => value is ITopic;
const isZone = has('hostedZoneId') as (value: unknown) => value is IHostedZone;

function domainSettings(domain: unknown, lines: string[]): unknown {
  const settings = substituted(domain, inDomain, 'domain', lines);
  if (!isObject(settings) || !isZone(settings.hostedZone)) return settings;
  const { hostedZoneId: id, zoneName: name } = settings.hostedZone;
  return { ...settings, hostedZone: { id, name } };
}

/** A user pool's tokens come from its own issuer, and name the client that they were made for. */
function userPoolSettings(pool: IUserPool, clients: readonly IUserPoolClient[]) {
  const { urlSuffix } = Stack.of(pool);
  return {
    issuer: `https://cognito-idp.${pool.env.region}.${urlSuffix}/${pool.userPoolId}`,
    audience: clients.map(({ userPoolClientId }) => userPoolClientId),
  };
}

function identitySettings(identity: unknown, lines: string[]): unknown {
  if (!isObject(identity)) return identity;
  const { userPool, userPoolClients, ...settings } = identity;
  if (isObject(settings.cognito)) {
    const tokens = substituted(settings.cognito.tokens, inTokens, 'identity.cognito.tokens', lines);
    settings.cognito = { ...settings.cognito, ...(tokens === undefined ? {} : { tokens }) };
  }
  if (userPool === undefined && userPoolClients === undefined) return settings;
  const others = ['issuer', 'audience', 'cognito'].filter((name) => settings[name] !== undefined);
  if (others.length > 0) {
    lines.push(
      `identity has userPool or userPoolClients, and ${others.join(' and ')}; write either "userPool" and "userPoolClients" or the others`,
    );
  }
  if (userPool === undefined) lines.push('identity.userPool is missing; write the user pool of the clients');
  if (!Array.isArray(userPoolClients) || userPoolClients.length === 0) {
    lines.push(
      'identity.userPoolClients is missing; write a list of the clients whose tokens are accepted, such as [client]',
    );
  }
  if (lines.length > 0) return settings;
  return {
    ...settings,
    ...userPoolSettings(userPool as IUserPool, userPoolClients as IUserPoolClient[]),
  };
}

/**
 * @returns the settings that the props stand for, not checked yet
 * @throws {SettingsError} for a stack's name, and for a prop beside the setting that it stands for
 */
export function settingsOf(props: RejoinProps): unknown {
  const { encryptionKey, alarmActions = [], ...given } = props as unknown as Values;
  const lines: string[] = [];
  if (encryptionKey !== undefined && !has('keyArn')(encryptionKey)) {
    lines.push('encryptionKey is not what it must be; write a key, such as Key.fromKeyArn(...)');
  }
  if (!Array.isArray(alarmActions) || !alarmActions.every(has('bind'))) {
    lines.push(
      'alarmActions is not what it must be; write a list of actions, such as [new SnsAction(topic)]',
    );
  }
  if ('stackName' in given) {
    lines.push(
      'stackName has no place here; leave it out: the stack around this construct has a name already',
    );
  }
  const groups = given.streamGroups;
  const settings = {
    ...given,
    ...(Array.isArray(groups) && {
      streamGroups: groups.map((group, at) =>
        substituted(group, inStreamGroup, `streamGroups[${at}]`, lines),
      ),
    }),
    identity: identitySettings(given.identity, lines),
    domain: domainSettings(given.domain, lines),
    alarms: substituted(given.alarms, inAlarms, 'alarms', lines),
    logs: substituted(given.logs, inLogs, 'logs', lines),
    ...(isTopic(given.alarmTopic) && { alarmTopic: given.alarmTopic.topicArn }),
  };
  if (lines.length > 0) throw new SettingsError(lines);
  return settings;
}
