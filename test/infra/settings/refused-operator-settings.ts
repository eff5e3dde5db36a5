/** Invalid settings about operators, and the error line of each. */

const principal =
  'an IAM user such as "arn:aws:iam::123456789012:user/alice", or a role\'s sessions such as "arn:aws:sts::123456789012:assumed-role/Operators/*": the role\'s name without its path, then * or one session\'s name, and no other *';
const listed =
  'a list of any number of ARNs of IAM users and of roles\' sessions, such as "arn:aws:sts::123456789012:assumed-role/Operators/*", each once';
const topic =
  'the ARN of an SNS topic in the Region of the stack, such as "arn:aws:sns:eu-west-1:123456789012:on-call"';

const bucket =
  'the name of an S3 bucket such as "arcade-exports": 3 to 63 lower case letters, digits, dots and inner hyphens';

const role = 'arn:aws:iam::123456789012:role/Operators';
const sessions = 'arn:aws:sts::123456789012:assumed-role/Ops/*';

/** `[case, settings, error line]` */
export const refusedOperatorSettings: readonly [
  what: string,
  change: Record<string, unknown>,
  line: string,
][] = [
  ['everybody for an operator', { operators: ['*'] }, `operators[0] is "*"; write ${principal}`],
  [
    'the IAM ARN of a role, which API Gateway never reports for a caller',
    { operators: [sessions, role] },
    `operators[1] is "${role}"; write ${principal}`,
  ],
  [
    "the account's root",
    { operators: ['arn:aws:iam::123456789012:root'] },
    `operators[0] is "arn:aws:iam::123456789012:root"; write ${principal}`,
  ],
  [
    'every role by wildcard',
    { operators: ['arn:aws:sts::123456789012:assumed-role/*'] },
    `operators[0] is "arn:aws:sts::123456789012:assumed-role/*"; write ${principal}`,
  ],
  [
    'a role by a part of its name',
    { operators: ['arn:aws:sts::123456789012:assumed-role/Op*/*'] },
    `operators[0] is "arn:aws:sts::123456789012:assumed-role/Op*/*"; write ${principal}`,
  ],
  [
    'every user by wildcard',
    { operators: ['arn:aws:iam::123456789012:user/*'] },
    `operators[0] is "arn:aws:iam::123456789012:user/*"; write ${principal}`,
  ],
  ['one operator without a list', { operators: sessions }, `operators is "${sessions}"; write ${listed}`],
  [
    'an operator twice',
    { operators: [sessions, sessions] },
    `operators is ["${sessions}","arn:aws:...; write ${listed}`,
  ],
  [
    'no shell at all for an operator',
    { adminShell: { perOperatorPerMinute: 0 } },
    'adminShell.perOperatorPerMinute is 0; write a whole number from 1 to 600',
  ],
  [
    'no shell at all',
    { adminShell: { perMinute: 0 } },
    'adminShell.perMinute is 0; write a whole number from 1 to 6000',
  ],
  [
    'more shells for one operator than for all',
    { adminShell: { perOperatorPerMinute: 50 } },
    'adminShell.perOperatorPerMinute is 50; write at most the 30 that adminShell.perMinute grants all operators together',
  ],
  [
    'more shells than AWS grants',
    { adminShell: { perMinute: 61 }, quotas: { CreateStreamSessionAdminShell: 1 } },
    'adminShell.perMinute is 61; write at most the 60 that quotas.CreateStreamSessionAdminShell, 1 a second, grants',
  ],
  [
    'a quota of nothing',
    { quotas: { CreateStreamSessionAdminShell: 0 } },
    'quotas.CreateStreamSessionAdminShell is 0; write a number from 1 to 100000',
  ],
  [
    'a bucket by its ARN',
    { exportBucket: 'arn:aws:s3:::arcade-exports' },
    `exportBucket is "arn:aws:s3:::arcade-exports"; write ${bucket}`,
  ],
  [
    'a bucket by the name of an access point',
    { exportBucket: 'exports-s3alias' },
    `exportBucket is "exports-s3alias"; write ${bucket}`,
  ],
  [
    'an audit that is gone before anybody asks for it',
    { auditRetentionDays: 29 },
    'auditRetentionDays is 29; write a whole number from 30 to 3653',
  ],
  ['a topic by its name', { alarmTopic: 'on-call' }, `alarmTopic is "on-call"; write ${topic}`],
];
