import { group, minimal } from '../synth.ts';

const names = 'rules, resolutions, performanceStats';
const ruleList = 'a list of one or more rules: {"when": [conditions], "give": {...}}';
const gives =
  'additionalEnvironmentVariables, additionalLaunchArgs, sessionLengthSeconds, connectionTimeoutSeconds, applications, locations';
const variables =
  'an object of at most 50 variables such as {"PLAN": "{plan}"}: names of letters, digits and _, values of one line with at most 4096 characters, in which {name} is a claim and {{ a brace';
const launchArguments =
  'a list of at most 100 arguments such as ["-plan={plan}"]: one line each with 1 to 1024 characters, in which {name} is a claim and {{ a brace';
const gold = { claim: 'plan', equals: 'gold' };
const hidden = (earlier: number) =>
  `it before start.rules[${earlier}], or leave it out: who fits this rule fits that one, and the first one decides`;

/** `[case, the setting start, error line]` */
const refused: [what: string, start: unknown, line: string][] = [
  ['rules as text', { rules: 'x' }, `start.rules is "x"; write ${ruleList}`],
  ['no rules', { rules: [] }, `start.rules is []; write ${ruleList}`],
  [
    'an unknown setting',
    { rule: [] },
    `start.rule is not a setting; did you mean "rules"? Known here: ${names}`,
  ],
  [
    'an unknown gift',
    { rules: [{ give: { environment: {} } }] },
    `start.rules[0].give.environment is not a setting. Known here: ${gives}`,
  ],
  [
    'a condition without a comparison',
    { rules: [{ when: [{ claim: 'plan' }] }] },
    'start.rules[0].when[0] is {"claim":"plan"}; write beside "claim" exactly one of "equals", "contains" and "present"',
  ],
  [
    'a condition with two comparisons',
    { rules: [{ when: [{ claim: 'a', contains: 1, present: true }] }] },
    'start.rules[0].when[0] is {"claim":"a","contains":1,"present":true}; write beside "claim" exactly one of "equals", "contains" and "present"',
  ],
  [
    'a list to compare with',
    { rules: [{ when: [{ claim: 'a', equals: ['x'] }] }] },
    'start.rules[0].when[0].equals is ["x"]; write a text, a number, true or false, as the token has it',
  ],
  [
    'a claim without a name',
    { rules: [{ when: [{ claim: [], present: true }] }] },
    'start.rules[0].when[0].claim is []; write the name of a claim such as "plan", or the names on the way to it such as ["realm_access", "roles"]',
  ],
  ...(
    [
      ['a variable with a blank in its name', { 'A B': 'x' }],
      ['a variable that begins with a digit', { '1A': 'x' }],
      ['a variable of two lines', { A: 'x\ny' }],
      ['a variable with a lone brace', { A: '{plan' }],
      ['a variable with an empty placeholder', { A: '{}' }],
      ['a variable that is a number', { A: 1 }],
      ['too many variables', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`V${at}`, 'x']))],
      ['a variable that is too long', { A: 'x'.repeat(4097) }],
    ] as const
  ).map(([what, additionalEnvironmentVariables]): [string, unknown, string] => {
    const json = JSON.stringify(additionalEnvironmentVariables);
    const shown = json.length > 60 ? `${json.slice(0, 57)}...` : json;
    return [
      what,
      { rules: [{ give: { additionalEnvironmentVariables } }] },
      `start.rules[0].give.additionalEnvironmentVariables is ${shown}; write ${variables}`,
    ];
  }),
  [
    'an empty argument',
    { rules: [{ give: { additionalLaunchArgs: [''] } }] },
    `start.rules[0].give.additionalLaunchArgs is [""]; write ${launchArguments}`,
  ],
  [
    'an argument with a lone brace',
    { rules: [{ give: { additionalLaunchArgs: ['x}'] } }] },
    `start.rules[0].give.additionalLaunchArgs is ["x}"]; write ${launchArguments}`,
  ],
  [
    'a session of two days',
    { rules: [{ give: { sessionLengthSeconds: 172_800 } }] },
    'start.rules[0].give.sessionLengthSeconds is 172800; write a whole number from 1 to 86400',
  ],
  [
    'a session that ends before AWS stops waiting for its player',
    { rules: [{ give: { sessionLengthSeconds: 60 } }] },
    'start.rules[0].give.sessionLengthSeconds is 60; write at least 120, the connectionTimeoutSeconds of streamGroups[0], or give a shorter one here',
  ],
  [
    'a wait that is longer than the session',
    { rules: [{ give: { sessionLengthSeconds: 600, connectionTimeoutSeconds: 601 } }] },
    "start.rules[0].give.connectionTimeoutSeconds is 601; write at most the session's length, sessionLengthSeconds: 600",
  ],
  [
    'an application that no stream group has',
    { rules: [{ give: { applications: ['a-9'] } }] },
    `start.rules[0].give.applications[0] is "a-9"; write one that a stream group lists: ${group.applications.join(', ')}`,
  ],
  [
    'a location that no stream group has',
    { rules: [{ give: { locations: ['ap-south-1'] } }] },
    `start.rules[0].give.locations[0] is "ap-south-1"; write one that a stream group lists: ${group.region}`,
  ],
  [
    'a rule behind one that fits everybody',
    { rules: [{}, { when: [gold] }] },
    `start.rules[1] is {"when":[{"claim":"plan","equals":"gold"}]}; write ${hidden(0)}`,
  ],
  [
    'a rule behind one with fewer conditions',
    {
      rules: [
        { when: [gold] },
        {
          when: [
            { claim: 'vip', present: true },
            { equals: 'gold', claim: ['plan'] },
          ],
        },
      ],
    },
    `start.rules[1] is {"when":[{"claim":"vip","present":true},{"equals":"gold",...; write ${hidden(0)}`,
  ],
  [
    'a rule for a value behind one for any value',
    { rules: [{ when: [{ claim: 'plan', present: true }] }, { when: [gold] }] },
    `start.rules[1] is {"when":[{"claim":"plan","equals":"gold"}]}; write ${hidden(0)}`,
  ],
  ...[
    [gold, { claim: ['plan'], equals: 'tin' }],
    [gold, { claim: 'plan', contains: 'gold' }],
    [gold, { claim: 'plan', present: false }],
    [
      { claim: 'plan', present: true },
      { claim: 'plan', present: false },
    ],
  ].map((when): [string, unknown, string] => {
    const json = JSON.stringify(when);
    return [
      `conditions that no token can meet together: ${json}`,
      { rules: [{ when }] },
      `start.rules[0].when is ${json.length > 60 ? `${json.slice(0, 57)}...` : json}; write conditions that one token can meet: those on the claim "plan" contradict each other`,
    ];
  }),
  [
    'a picture that AWS does not make',
    { resolutions: [{ width: 319, height: 320 }] },
    'start.resolutions[0].width is 319; write a whole number from 320 to 4096',
  ],
  [
    'a picture that is too high',
    { resolutions: [{ width: 4096, height: 4097 }] },
    'start.resolutions[0].height is 4097; write a whole number from 320 to 4096',
  ],
  ['yes for a switch', { performanceStats: 'yes' }, 'start.performanceStats is "yes"; write true or false'],
  [
    'no sizes to choose from',
    { resolutions: [] },
    'start.resolutions is []; write one or more sizes such as {"width": 1280, "height": 720}, or leave it out',
  ],
];

const role =
  'the ARN of a role whose name begins with GameLiftStreams-, such as "arn:aws:iam::123456789012:role/GameLiftStreams-saves"';

export const refusedStartSettings: [what: string, input: unknown, line: string][] = [
  ...refused.map(([what, start, line]): [string, unknown, string] => [what, { ...minimal, start }, line]),
  [
    'launch arguments of the page beside those of a rule',
    { ...minimal, launchArguments: true, start: { rules: [{ give: { additionalLaunchArgs: ['-x'] } }] } },
    'launchArguments is true; write false, for start.rules gives launch arguments: a page could overrule them with its own',
  ],
  ...[
    'arn:aws:iam::123456789012:role/saves',
    'arn:aws:iam::123456789012:user/GameLiftStreams-saves',
    'arn:aws:iam::123456789012:role/GameLiftStreams-saves/x',
    'arn:aws:iam::123456789012:role/GameLiftStreams-*',
  ].map((roleArn): [string, unknown, string] => [
    `a role that AWS does not give to games: ${roleArn}`,
    { streamGroups: [{ ...group, roleArn }] },
    `streamGroups[0].roleArn is ${JSON.stringify(roleArn)}; write ${role}`,
  ]),
];
