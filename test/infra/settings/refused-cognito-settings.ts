/** Invalid settings about our Cognito user pool, and the error line of each. */

const region = 'the Region of the verified identity in Amazon SES, such as "eu-west-1"';
const email = { from: 'no-reply@play.example.com', sesRegion: 'eu-west-1' };

/** `[case, identity.cognito, error line after "identity.cognito."]` */
const cases: [what: string, cognito: Record<string, unknown>, line: string][] = [
  ['a plan in lower case', { plan: 'lite' }, 'plan is "lite"; write "LITE" or "ESSENTIALS" or "PLUS"'],
  [
    'threat protection of another kind',
    { plan: 'PLUS', threatProtection: true },
    'threatProtection is true; write "audit" or "full"',
  ],
  [
    'threat protection without the plan that has it',
    { threatProtection: 'audit' },
    'threatProtection is "audit"; write "plan": "PLUS" beside it, or leave threatProtection out: no other plan has it',
  ],
  [
    'no second factor: accounts that have one would lose it',
    { mfa: 'off' },
    'mfa is "off"; write "optional" or "required"',
  ],
  ['a second factor by SMS', { mfa: 'sms' }, 'mfa is "sms"; write "optional" or "required"'],
  [
    'a sender with a name',
    { email: { ...email, from: 'Play <no-reply@play.example.com>' } },
    'email.from is "Play <no-reply@play.example.com>"; write the address that e-mails come from, such as "no-reply@example.com"',
  ],
  [
    'a sender whose identity may be in any Region',
    { email: { from: email.from } },
    `email.sesRegion is missing; write ${region}`,
  ],
  [
    'SES nowhere',
    { email: { ...email, sesRegion: 'Ireland' } },
    `email.sesRegion is "Ireland"; write ${region}`,
  ],
  [
    'a verified address for a domain',
    { email: { ...email, sesDomain: email.from } },
    `email.sesDomain is "${email.from}"; write the verified domain in lower case, such as "example.com"`,
  ],
  [
    'a sender of another domain than the verified one',
    { email: { ...email, sesDomain: 'example.org' } },
    `email.sesDomain is "example.org"; write the domain of identity.cognito.email.from, "${email.from}", or leave sesDomain out if SES has verified the address itself`,
  ],
  [
    'an access token of four minutes',
    { tokens: { accessMinutes: 4 } },
    'tokens.accessMinutes is 4; write a whole number from 5 to 1440',
  ],
  [
    'an ID token of more than a day',
    { tokens: { idMinutes: 1441 } },
    'tokens.idMinutes is 1441; write a whole number from 5 to 1440',
  ],
  [
    'a refresh token of more than ten years',
    { tokens: { refreshHours: 87_601 } },
    'tokens.refreshHours is 87601; write a whole number from 1 to 87600',
  ],
  [
    'an access token that outlives the refresh token',
    { tokens: { accessMinutes: 61, refreshHours: 1 } },
    'tokens.accessMinutes is 61; write at most 60, for refreshHours is 1: no token outlives the refresh token',
  ],
];

/** `[case, settings, error line]` */
export const refusedCognitoSettings = cases.map(
  ([what, cognito, line]): [string, Record<string, unknown>, string] => [
    what,
    { identity: { cognito } },
    `identity.cognito.${line}`,
  ],
);
