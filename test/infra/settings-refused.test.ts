import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../infra/settings-schema.ts';
import { leaves, linesOf } from './setting-lines.ts';
import { group, minimal } from './synth.ts';

const oidc = { issuer: 'https://login.example.com', audience: ['web'] };
const origin =
  'an origin as browsers send it, such as "https://play.example.com": no path, no *, http only for localhost, 127.0.0.1 or [::1]';
const secureUrl = 'an https URL (http only for localhost, 127.0.0.1 or [::1])';
const redirect = `${secureUrl} without #fragment`;
const identityNames = 'issuer, audience, scope, cognito';
const groupNames = 'id, region, applications, locations, connectionTimeoutSeconds, sessionLengthSeconds';
const top =
  'stackName, streamGroups, identity, userId, webOrigins, launchArguments, limits, quotas, adoption, throttling, logs, memoryMb, removalPolicy';

/** What was written, and the one line it earns. */
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
    ['an origin with a slash at its end', 'https://play.example.com/'],
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
  ...settingCases(),
];

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
      'stackName is 7; write a letter, then up to 127 letters, digits and -',
    ],
    [
      'a stack name that cannot name a sign-in page',
      { stackName: 'AwsGames' },
      'identity.cognito.domainPrefix is missing; write a prefix for Cognito\'s sign-in page: the stack name "AwsGames" cannot be part of one',
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
      'quotas.StartStreamSession is 0; write a number from 0.1 to 1000',
    ],
    [
      'a quota as text',
      { quotas: { GetStreamSession: '20/s' } },
      'quotas.GetStreamSession is "20/s"; write a number from 0.1 to 1000',
    ],
    [
      'a negative quota',
      { quotas: { TerminateStreamSession: -1 } },
      'quotas.TerminateStreamSession is -1; write a number from 0.1 to 1000',
    ],
    [
      'a boundless quota',
      { quotas: { CreateStreamSessionConnection: 1e9 } },
      'quotas.CreateStreamSessionConnection is 1000000000; write a number from 0.1 to 1000',
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
      'a log level nobody knows',
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
      'a quota that is not paced',
      { quotas: { startStreamSession: 1 } },
      'quotas.startStreamSession is not a setting; did you mean "StartStreamSession"? Known here: StartStreamSession, GetStreamSession, TerminateStreamSession, CreateStreamSessionConnection',
    ],
  ];
  return cases.map(([what, change, line]) => [what, { ...minimal, ...change }, line]);
}

describe('a setting that cannot be deployed is refused with one line that says what to write', () => {
  test.each(refused)('%s', (_what, input, line) => {
    expect(linesOf(input)).toEqual([line]);
  });

  test('the table provokes every setting there is', () => {
    const lines = refused.map(([, , line]) => line.replaceAll(/\[\d\]/g, ''));
    const untested = leaves(settingsSchema).filter(
      (path) => !lines.some((line) => line.startsWith(`${path} is `)),
    );
    expect(untested).toEqual([]);
  });

  test('everything wrong is told at once, so that nobody deploys once a mistake', () => {
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
