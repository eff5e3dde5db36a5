import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../../infra/settings/schema.ts';
import { leaves, linesOf } from '../setting-lines.ts';
import { group, minimal } from '../synth.ts';
import { refusedCognitoSettings } from './refused-cognito-settings.ts';
import { refusedOperationsSettings } from './refused-operations-settings.ts';
import { refusedOperatorSettings } from './refused-operator-settings.ts';
import { refusedStartSettings } from './refused-start-settings.ts';

const oidc = { issuer: 'https://login.example.com', audience: ['web'] };
const origin =
  'an origin as browsers send it, such as "https://play.example.com": no path, no *, http only for localhost, 127.0.0.1 or [::1]';
const secureUrl = 'an https URL (http only for localhost, 127.0.0.1 or [::1])';
const redirect = `${secureUrl} without #fragment`;
const certificateArn = 'arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234';
const identityNames = 'issuer, audience, scope, cognito';
const groupNames =
  'id, region, applications, locations, connectionTimeoutSeconds, sessionLengthSeconds, noticeSeconds, roleArn';
const top =
  'stackName, streamGroups, additionalRegions, identity, domain, edge, userId, webOrigins, launchArguments, start, limits, quotas, expectedPlayers, adoption, operators, adminShell, exportBucket, auditRetentionDays, alarmTopic, runbookUrl, probe, alarms, throttling, logs, memoryMb, provisionedConcurrency, reservedConcurrency, removalPolicy, tags';

/** `[case, settings, error line]` */
const refused: [what: string, input: unknown, line: string][] = [
  ['nothing at all', undefined, `the settings are missing; write an object with settings among ${top}`],
  ['text for an object', 'x', `the settings are "x"; write an object with settings among ${top}`],
  [
    'no stream groups',
    {},
    'streamGroups is missing; write a list of one or more stream groups: {"id", "region", "applications"}',
  ],
  [
    'an empty list of stream groups',
    { streamGroups: [] },
    'streamGroups is []; write a list of one or more stream groups: {"id", "region", "applications"}',
  ],
  [
    'a stream group that is text',
    { streamGroups: ['sg-A'] },
    `streamGroups[0] is "sg-A"; write an object with settings among ${groupNames}`,
  ],
  ...groupCases(),
  ...refusedStartSettings,
  ...[
    ['an empty identity', {}, 'identity is {}; write either "issuer" and "audience", or "cognito": {}'],
    [
      'both kinds of identity',
      { ...oidc, cognito: {} },
      'identity is {"issuer":"https://login.example.com","audience":["web"],...; write either "cognito", or "issuer", "audience" and "scope" of an existing provider',
    ],
    [
      'an issuer without audience',
      { issuer: oidc.issuer },
      'identity.audience is missing; write a list of the tokens\' "aud" or "client_id"',
    ],
    [
      'an audience without issuer',
      { audience: ['a'] },
      'identity.issuer is missing; write the provider\'s "iss"',
    ],
    [
      'identity as text',
      'cognito',
      `identity is "cognito"; write an object with settings among ${identityNames}`,
    ],
    [
      'an issuer over plain http',
      { ...oidc, issuer: 'http://login.example.com' },
      `identity.issuer is "http://login.example.com"; write ${secureUrl}, without ? and #, character for character the tokens' "iss"`,
    ],
    [
      'an issuer with a query',
      { ...oidc, issuer: 'https://login.example.com?a' },
      `identity.issuer is "https://login.example.com?a"; write ${secureUrl}, without ? and #, character for character the tokens' "iss"`,
    ],
    [
      'an empty audience',
      { ...oidc, audience: [''] },
      'identity.audience[0] is ""; write a non-empty string',
    ],
    [
      'more audiences than API Gateway takes',
      { ...oidc, audience: Array.from({ length: 51 }, (_, at) => `web-${at}`) },
      'identity.audience is ["web-0","web-1","web-2","web-3","web-4","web-5","web-6",...; write a list of 1 to 50 strings, one of which is the tokens\' "aud" or "client_id", each once',
    ],
    [
      'two scopes in one',
      { ...oidc, scope: 'openid play' },
      'identity.scope is "openid play"; write one OAuth scope without spaces, such as "rejoin/play"',
    ],
    [
      'a callback over plain http',
      { cognito: { callbackUrls: ['http://play.example.com/'] } },
      `identity.cognito.callbackUrls[0] is "http://play.example.com/"; write ${redirect}`,
    ],
    [
      'no callback at all',
      { cognito: { callbackUrls: [] } },
      'identity.cognito.callbackUrls is []; write a list of one or more https URLs, each once',
    ],
    [
      'a logout address with a fragment',
      { cognito: { logoutUrls: ['https://play.example.com/#x'] } },
      `identity.cognito.logoutUrls[0] is "https://play.example.com/#x"; write ${redirect}`,
    ],
    [
      'a domain prefix with a word that Cognito reserves',
      { cognito: { domainPrefix: 'my-aws-games' } },
      'identity.cognito.domainPrefix is "my-aws-games"; write 1 to 63 lower case letters, digits and inner -, without the words aws, amazon and cognito',
    ],
    [
      'self sign-up as text',
      { cognito: { selfSignUp: 'no' } },
      'identity.cognito.selfSignUp is "no"; write true or false',
    ],
  ].map(([what, identity, line]): [string, unknown, string] => [
    what as string,
    { ...minimal, identity },
    line as string,
  ]),
  ...[
    ['an origin with a path', 'https://play.example.com/game'],
    ['every origin', '*'],
    ['origins by wildcard', 'https://*.example.com'],
    ['an origin over plain http', 'http://play.example.com'],
    ['an origin with its default port', 'https://play.example.com:443'],
    ['an origin in upper case', 'https://Play.example.com'],
    ['an origin without scheme', 'play.example.com'],
    ['an origin with spaces around it', ' https://play.example.com'],
  ].map(([what, given]): [string, unknown, string] => [
    what as string,
    { ...minimal, webOrigins: [given] },
    `webOrigins[0] is ${JSON.stringify(given)}; write ${origin}`,
  ]),
  ...slashCases(),
  ...regionCases(),
  ...settingCases(),
  ...domainCases(),
  ...productionCases(),
  ...limitCases(),
  ...tagCases(),
];

/** The address bar of a browser adds a slash, and a deployer copies it. */
function slashCases(): [string, unknown, string][] {
  const domain = { name: 'api.example.com/', certificateArn };
  return [
    [
      'an origin with a slash at its end',
      { ...minimal, webOrigins: ['https://play.example.com/'] },
      'webOrigins[0] is "https://play.example.com/"; write "https://play.example.com": remove the last /',
    ],
    [
      'a domain with a slash at its end',
      { ...minimal, domain },
      'domain.name is "api.example.com/"; write "api.example.com": remove the last /',
    ],
    [
      'an origin with two slashes at its end: without the last one it is still none',
      { ...minimal, webOrigins: ['https://play.example.com//'] },
      `webOrigins[0] is "https://play.example.com//"; write ${origin}`,
    ],
  ];
}

function regionCases(): [string, unknown, string][] {
  const groups = (change: object) => ({ streamGroups: [group, { ...group, id: 'sg-B', ...change }] });
  const regions =
    'or another of the Regions that AWS listed on 2026-11-21 (us-east-2, us-west-2, ap-northeast-1, eu-central-1)';
  const locations =
    'or another of the locations that AWS listed on 2026-11-21 (us-east-2, us-west-2, ap-northeast-1, eu-central-1, us-east-1, ap-south-1, ap-northeast-2, ap-southeast-2, eu-west-1, eu-west-2, eu-north-1, sa-east-1)';
  return [
    [
      'a misspelt Region',
      groups({ region: 'us-wset-2' }),
      `streamGroups[1].region is "us-wset-2"; write "us-west-2", ${regions}; if AWS has added "us-wset-2" since, write it into additionalRegions too`,
    ],
    [
      'a Region that has locations and no API',
      groups({ region: 'eu-west-1' }),
      `streamGroups[1].region is "eu-west-1"; write "us-west-2", ${regions}; if AWS has added "eu-west-1" since, write it into additionalRegions too`,
    ],
    [
      'a misspelt location',
      groups({ locations: ['us-west-2', 'eu-nroth-1'] }),
      `streamGroups[1].locations[1] is "eu-nroth-1"; write "eu-north-1", ${locations}; if AWS has added "eu-nroth-1" since, write it into additionalRegions too`,
    ],
    [
      'an added Region of the wrong form',
      { ...minimal, additionalRegions: ['Madrid'] },
      'additionalRegions[0] is "Madrid"; write an AWS Region such as "us-west-2"',
    ],
    [
      'one added Region without a list',
      { ...minimal, additionalRegions: 'eu-south-2' },
      'additionalRegions is "eu-south-2"; write a list of any number of AWS Regions such as "us-west-2", each once',
    ],
  ];
}

function domainCases(): [string, unknown, string][] {
  const zone = { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' };
  const host = 'a host name in lower case, such as "play-api.example.com"';
  const cases: [string, Record<string, unknown>, string][] = [
    [
      'a domain with a scheme',
      { name: 'https://api.example.com' },
      `name is "https://api.example.com"; write ${host}`,
    ],
    ['a domain in capitals', { name: 'API.example.com' }, `name is "API.example.com"; write ${host}`],
    ['a domain by wildcard', { name: '*.example.com' }, `name is "*.example.com"; write ${host}`],
    [
      'a certificate by its id',
      { certificateArn: '1234' },
      'certificateArn is "1234"; write the ARN of an ACM certificate in the Region of the stack, such as "arn:aws:acm:eu-west-1:123456789012:certificate/..."',
    ],
    [
      'a hosted zone by its path',
      { hostedZone: { ...zone, id: '/hostedzone/Z01' } },
      'hostedZone.id is "/hostedzone/Z01"; write the id of a Route 53 hosted zone, such as "Z0123456789ABCDEFGHIJ"',
    ],
    [
      'a hosted zone without its name',
      { hostedZone: { id: zone.id } },
      'hostedZone.name is missing; write the name of the zone in lower case, such as "example.com"',
    ],
    [
      'a zone that the domain does not lie in',
      { hostedZone: { ...zone, name: 'ample.com' } },
      'hostedZone.name is "ample.com"; write the zone that domain.name "api.example.com" lies in, or leave domain.hostedZone out',
    ],
  ];
  return cases.map(([what, change, line]) => [
    what,
    { ...minimal, domain: { name: 'api.example.com', certificateArn, ...change } },
    `domain.${line}`,
  ]);
}

function productionCases(): [string, unknown, string][] {
  const https =
    'an https address, for removalPolicy is "retain"; http://localhost is for "removalPolicy": "destroy"';
  return [
    [
      "a developer's page in production",
      { ...minimal, webOrigins: ['https://play.example.com', 'http://localhost:5173'] },
      `webOrigins[1] is "http://localhost:5173"; write ${https}`,
    ],
    [
      'the local identity provider in production',
      { ...minimal, identity: { ...oidc, issuer: 'http://127.0.0.1:8402' }, removalPolicy: 'retain' },
      `identity.issuer is "http://127.0.0.1:8402"; write ${https}`,
    ],
  ];
}

function limitCases(): [string, unknown, string][] {
  return [
    [
      'one player who may start more than the account can',
      { ...minimal, limits: { startsPerMinute: 1201 } },
      'limits.startsPerMinute is 1201; write at most the 1200 that quotas.StartStreamSession, 20 a second, grants all players together',
    ],
    [
      'one player who may connect more often than a small quota allows',
      { ...minimal, limits: { connectionsPerMinute: 61 }, quotas: { CreateStreamSessionConnection: 1 } },
      'limits.connectionsPerMinute is 61; write at most the 60 that quotas.CreateStreamSessionConnection, 1 a second, grants all players together',
    ],
  ];
}

function tagCases(): [string, unknown, string][] {
  const many = Object.fromEntries(Array.from({ length: 41 }, (_, at) => [`t${at}`, '']));
  return [
    ['tags as a list', ['team']],
    ['a number as a tag', { team: 7 }],
    ['a tag with the reserved prefix aws:', { 'aws:team': 'arcade' }],
    ['a tag without name', { '': 'arcade' }],
    ['a tag with characters that AWS refuses', { team: 'arcade; games' }],
    ['more tags than a resource can have', many],
  ].map(([what, tags]): [string, unknown, string] => [
    what as string,
    { ...minimal, tags },
    `tags is ${shortened(tags)}; write an object of at most 40 tags such as {"team": "arcade"}, where a name has 1 to 128 and a value at most 256 letters, digits, spaces and _.:/=+-@, and no name begins with "aws:"`,
  ]);
}

/** A value as an error line shows it: at most 60 characters. */
function shortened(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

function groupCases(): [string, unknown, string][] {
  const id = 'write a stream group id such as "sg-1AB2C3De4": 1 to 32 letters, digits and -';
  const application = 'write an application id such as "a-9ZY8X7Wv6": 1 to 32 letters, digits and -';
  const region = 'write the AWS Region of the stream group\'s primary location, such as "us-west-2"';
  const applications =
    'write a list of one or more application ids, those that a player may start, each once';
  const cases: [string, Record<string, unknown>, string][] = [
    ['a stream group id with a slash', { id: 'sg/A' }, `id is "sg/A"; ${id}`],
    ['a stream group id of 33 letters', { id: 'a'.repeat(33) }, `id is "${'a'.repeat(33)}"; ${id}`],
    ["a stream group's ARN for its id", { id: 'arn:aws:x' }, `id is "arn:aws:x"; ${id}`],
    ['no Region', { region: undefined }, `region is missing; ${region}`],
    ['a place that is no Region', { region: 'moon' }, `region is "moon"; ${region}`],
    ['no applications', { applications: [] }, `applications is []; ${applications}`],
    ['an application twice', { applications: ['a', 'a'] }, `applications is ["a","a"]; ${applications}`],
    ['an application id with a space', { applications: ['a b'] }, `applications[0] is "a b"; ${application}`],
    [
      'a location of 21 letters',
      { locations: ['a'.repeat(21)] },
      `locations[0] is "${'a'.repeat(21)}"; write a location such as "us-west-2": 1 to 20 letters, digits and -`,
    ],
    [
      'no locations',
      { locations: [] },
      'locations is []; write a list of one or more locations, such as "us-west-2", each once',
    ],
    [
      'a connection timeout of no time',
      { connectionTimeoutSeconds: 0 },
      'connectionTimeoutSeconds is 0; write a whole number from 1 to 3600',
    ],
    [
      'a connection timeout above what AWS takes',
      { connectionTimeoutSeconds: 3601 },
      'connectionTimeoutSeconds is 3601; write a whole number from 1 to 3600',
    ],
    [
      'a session of more than a day',
      { sessionLengthSeconds: 86_401 },
      'sessionLengthSeconds is 86401; write a whole number from 1 to 86400',
    ],
    [
      'a loss that AWS would take ten minutes to notice',
      { noticeSeconds: 600 },
      'noticeSeconds is 600; write a whole number from 1 to 300',
    ],
    [
      'a session shorter than the default connection timeout',
      { sessionLengthSeconds: 60 },
      "connectionTimeoutSeconds is missing; write at most the session's length, sessionLengthSeconds: 60 (the default is 120)",
    ],
    [
      'a connection timeout longer than the session',
      { sessionLengthSeconds: 600, connectionTimeoutSeconds: 601 },
      "connectionTimeoutSeconds is 601; write at most the session's length, sessionLengthSeconds: 600 (the default is 120)",
    ],
  ];
  return [
    ...cases.map(([what, change, line]): [string, unknown, string] => [
      what,
      { streamGroups: [group, { ...group, id: 'sg-B', ...change }] },
      `streamGroups[1].${line}`,
    ]),
    [
      'a stream group twice',
      { streamGroups: [group, { ...group, region: 'us-east-2' }] },
      'streamGroups[1].id is "sg-A"; write each stream group once: streamGroups[0] has this id already',
    ],
  ];
}

function settingCases(): [string, unknown, string][] {
  const days =
    'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653';
  const cases: [string, Record<string, unknown>, string][] = [
    [
      'a number for a name',
      { stackName: 7 },
      'stackName is 7; write a letter, then letters, digits and -: at most 110 characters in all',
    ],
    [
      'a stack name after which the API could not be called',
      { stackName: `A${'x'.repeat(110)}` },
      `stackName is "A${'x'.repeat(55)}...; write a letter, then letters, digits and -: at most 110 characters in all`,
    ],
    ['another kind of user id', { userId: 'email' }, 'userId is "email"; write "pseudonym" or "subject"'],
    [
      'an origin that is no list',
      { webOrigins: 'x' },
      'webOrigins is "x"; write a list of any number of origins such as "https://play.example.com", each once',
    ],
    ['null for a switch', { launchArguments: null }, 'launchArguments is null; write true or false'],
    [
      'no session at all',
      { limits: { maxLiveSessionsPerPlayer: 0 } },
      'limits.maxLiveSessionsPerPlayer is 0; write a whole number from 1 to 100',
    ],
    [
      'half a connection',
      { limits: { connectionsPerMinute: 0.5 } },
      'limits.connectionsPerMinute is 0.5; write a whole number from 1 to 6000',
    ],
    [
      'a number as text',
      { limits: { startsPerMinute: '6' } },
      'limits.startsPerMinute is "6"; write a whole number from 1 to 6000',
    ],
    [
      'no misses',
      { limits: { missesPerMinute: 0 } },
      'limits.missesPerMinute is 0; write a whole number from 1 to 6000',
    ],
    [
      'a limit below a real offer',
      { limits: { signalRequestBytes: 4096 } },
      'limits.signalRequestBytes is 4096; write a whole number from 16384 to 1048576',
    ],
    [
      'no starts a second',
      { quotas: { StartStreamSession: 0 } },
      'quotas.StartStreamSession is 0; write a number from 1 to 100000',
    ],
    [
      'a quota as text',
      { quotas: { GetStreamSession: '20/s' } },
      'quotas.GetStreamSession is "20/s"; write a number from 1 to 100000',
    ],
    [
      'a negative quota',
      { quotas: { GetStreamSession: -1 } },
      'quotas.GetStreamSession is -1; write a number from 1 to 100000',
    ],
    [
      'a boundless quota',
      { quotas: { CreateStreamSessionConnection: 1e9 } },
      'quotas.CreateStreamSessionConnection is 1000000000; write a number from 1 to 100000',
    ],
    [
      'half a player',
      { expectedPlayers: 1999.5 },
      'expectedPlayers is 1999.5; write a whole number from 1 to 100000000',
    ],
    [
      'adoption without object',
      { adoption: true },
      'adoption is true; write an object with settings among enabled, quotaShare',
    ],
    ['adoption as a number', { adoption: { enabled: 1 } }, 'adoption.enabled is 1; write true or false'],
    [
      'more than the whole quota',
      { adoption: { quotaShare: 1.5 } },
      'adoption.quotaShare is 1.5; write a number from 0.01 to 1',
    ],
    [
      'no requests a second',
      { throttling: { ratePerSecond: 0 } },
      'throttling.ratePerSecond is 0; write a number from 1 to 1000000',
    ],
    [
      'no burst',
      { throttling: { burst: 0 } },
      'throttling.burst is 0; write a whole number from 1 to 1000000',
    ],
    [
      'days that CloudWatch does not offer',
      { logs: { retentionDays: 31 } },
      `logs.retentionDays is 31; write ${days}`,
    ],
    [
      'an unknown log level',
      { logs: { level: 'info' } },
      'logs.level is "info"; write "DEBUG" or "INFO" or "WARN" or "ERROR"',
    ],
    [
      'less memory than Lambda has',
      { memoryMb: 64 },
      'memoryMb is 64; write a whole number from 128 to 10240',
    ],
    [
      'a removal policy of another kind',
      { removalPolicy: 'snapshot' },
      'removalPolicy is "snapshot"; write "retain" or "destroy"',
    ],
    [
      'an unknown setting',
      { webOrigin: [] },
      `webOrigin is not a setting; did you mean "webOrigins"? Known here: ${top}`,
    ],
    [
      'a name that is like none of ours: nothing is suggested',
      { foo: [] },
      `foo is not a setting. Known here: ${top}`,
    ],
    [
      'a misspelt quota',
      { quotas: { startStreamSession: 1 } },
      'quotas.startStreamSession is not a setting; did you mean "StartStreamSession"? Known here: StartStreamSession, GetStreamSession, CreateStreamSessionConnection, CreateStreamSessionAdminShell',
    ],
    ...refusedCognitoSettings,
    ...refusedOperatorSettings,
    ...refusedOperationsSettings,
  ];
  return cases.map(([what, change, line]) => [what, { ...minimal, ...change }, line]);
}

describe('a setting that cannot be deployed is refused with one line that says what to write', () => {
  test.each(refused)('%s', (_what, input, line) => {
    expect(linesOf(input)).toEqual([line]);
  });

  test('every setting has a case here', () => {
    const lines = refused.map(([, , line]) => line.replaceAll(/\[\d\]/g, ''));
    const untested = leaves(settingsSchema).filter(
      (path) => !lines.some((line) => line.startsWith(`${path} is `)),
    );
    expect(untested).toEqual([]);
  });

  test('all invalid settings are reported at once, so that one attempt shows all mistakes', () => {
    const lines = linesOf({
      streamGroups: [group, { ...group, region: 'moon', conectionTimeoutSeconds: 5 }],
      identity: { scope: 'a b' },
      memoryMb: 'much',
      stackName: '7',
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'stackName',
      'streamGroups[1].region',
      'streamGroups[1].conectionTimeoutSeconds',
      'identity.scope',
      'memoryMb',
      'streamGroups[1].id',
      'identity.issuer',
      'identity.audience',
    ]);
  });
});
