/** Invalid settings about alarms and provisioned concurrency, and the error line of each. */

const objective = 'write a number such as 0.99, for 99 %, from 0.95 to 0.9999';
const runbook =
  'write the https URL of your copy of docs/runbook.md, without #fragment, at most 500 characters';
const routes = 'start, status, sessions, reconnect, terminate';

/** `[case, settings, error line]` */
export const refusedOperationsSettings: readonly [
  what: string,
  change: Record<string, unknown>,
  line: string,
][] = [
  [
    'a probe by an address of one’s own: it asks the public address',
    { probe: 'https://api.example.com' },
    'probe is "https://api.example.com"; write true or false',
  ],
  [
    'a runbook by its path: the alarm would have no link',
    { runbookUrl: 'docs/runbook.md' },
    `runbookUrl is "docs/runbook.md"; ${runbook}`,
  ],
  [
    'a runbook with a chapter: each alarm adds its own',
    { runbookUrl: 'https://wiki.example.com/runbook#nobodygetsback' },
    `runbookUrl is "https://wiki.example.com/runbook#nobodygetsback"; ${runbook}`,
  ],
  [
    'a runbook with a password in its address, which everybody who gets an alarm would read',
    { runbookUrl: 'https://ann:secret@wiki.example.com/runbook' },
    `runbookUrl is "https://ann:secret@wiki.example.com/runbook"; ${runbook}`,
  ],
  [
    'a runbook over plain http',
    { runbookUrl: 'http://wiki.example.com/runbook' },
    `runbookUrl is "http://wiki.example.com/runbook"; ${runbook}`,
  ],
  [
    'an objective without room for a failure, whose alarms would never end',
    { alarms: { reconnectObjective: 1 } },
    `alarms.reconnectObjective is 1; ${objective}`,
  ],
  [
    'an objective in percent',
    { alarms: { reconnectObjective: 99 } },
    `alarms.reconnectObjective is 99; ${objective}`,
  ],
  [
    'an objective so low that its alarms would never start',
    { alarms: { reconnectObjective: 0.9 } },
    `alarms.reconnectObjective is 0.9; ${objective}`,
  ],
  [
    'an alarm on no answers',
    { alarms: { leastAnswers: 0 } },
    'alarms.leastAnswers is 0; write a whole number from 1 to 10000',
  ],
  [
    'a slow answer in milliseconds',
    { alarms: { slowAnswerSeconds: 3000 } },
    'alarms.slowAnswerSeconds is 3000; write a number from 0.5 to 9',
  ],
  [
    'an alarm of another name',
    { alarms: { objective: 0.99 } },
    'alarms.objective is not a setting. Known here: reconnectObjective, leastAnswers, slowAnswerSeconds',
  ],
  ...routes
    .split(', ')
    .map((route): [string, Record<string, unknown>, string] => [
      `half a sandbox of provisioned concurrency: ${route}`,
      { provisionedConcurrency: { [route]: 0.5 } },
      `provisionedConcurrency.${route} is 0.5; write a whole number from 0 to 10000`,
    ]),
  [
    'one provisioned concurrency for all functions',
    { provisionedConcurrency: 5 },
    `provisionedConcurrency is 5; write an object with settings among ${routes}`,
  ],
  [
    'provisioned concurrency for an operator function',
    { provisionedConcurrency: { 'operator-shell': 1 } },
    `provisionedConcurrency.operator-shell is not a setting. Known here: ${routes}`,
  ],
  [
    'text for the proxy in front',
    { edge: 'yes' },
    'edge is "yes"; write an object with settings among url, secretSha256, defaultAddress',
  ],
  [
    'an address of the proxy that is no address',
    { edge: { secretSha256: ['0'.repeat(64)], url: 'play' } },
    'edge.url is "play"; write the https address that players use, such as "https://play-api.example.com", without a path',
  ],
  [
    'the secret in place of its digest',
    { edge: { secretSha256: ['hunter2'] } },
    'edge.secretSha256[0] is "hunter2"; write a SHA-256 digest in hexadecimal: 64 digits and letters a to f',
  ],
  [
    'no list of digests',
    { edge: { secretSha256: 'digest' } },
    `edge.secretSha256 is "digest"; write a list of 1 to 2 SHA-256 digests of what the proxy sends as x-rejoin-edge, each once`,
  ],
  [
    'half a default address',
    { edge: { secretSha256: ['0'.repeat(64)], defaultAddress: 1 } },
    'edge.defaultAddress is 1; write true or false',
  ],
  [
    'half an execution reserved for reconnects',
    { reservedConcurrency: { reconnect: 0.5 } },
    'reservedConcurrency.reconnect is 0.5; write a whole number from 0 to 100000',
  ],
  [
    'reserved concurrency for starts',
    { reservedConcurrency: { start: 1 } },
    'reservedConcurrency.start is not a setting. Known here: reconnect',
  ],
  [
    'more provisioned than reserved concurrency',
    { reservedConcurrency: { reconnect: 20 }, provisionedConcurrency: { reconnect: 21 } },
    'provisionedConcurrency.reconnect is 21; write at most the 20 of reservedConcurrency.reconnect, or leave that out',
  ],
];
