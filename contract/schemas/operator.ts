/** The schemas of the operator API. A test holds that they accept and refuse what the functions' own validation does. */
import { OPERATOR_PROBLEMS } from '../operator-problems.ts';
import {
  type BRAKE_FIELDS,
  INVISIBLE,
  JOINERS,
  LEAST_REASON_CHARACTERS,
  LEAST_VISIBLE_CHARACTERS,
  LONGEST_BRAKE_S,
  MOST_REASON_CHARACTERS,
  type REASON_FIELDS,
  UNREADABLE,
  USER_ID,
} from '../requests.ts';
import { gatewayMessage, problem, sessionParameters, streamSession } from './common.ts';
import { closed, ref, type Schema, text, time } from './schema.ts';

export const operatorParameters = {
  ...sessionParameters,
  playerId: text('What GameLift Streams knows as UserId, percent-encoded.', {
    pattern: USER_ID.source,
  }),
} as const;

/** A class of characters, turned round. */
const not = ({ source }: RegExp) => source.replace('[', '[^');
const visible = `(?:${INVISIBLE.source}*${not(INVISIBLE)})`;
const readable = `(?:${not(UNREADABLE)}|${JOINERS.source})`;

const reason = text(
  'Why, for the audit: 10 to 500 characters in one line, without the white space around them, of which 5 or more can be seen; no control characters, and nothing that hides text or turns it around.',
  {
    pattern: `^\\s*(?!\\s)(?=${visible}{${LEAST_VISIBLE_CHARACTERS}})${readable}{${LEAST_REASON_CHARACTERS},${MOST_REASON_CHARACTERS}}(?<!\\s)\\s*$`,
  },
);
const ReasonRequest = closed<(typeof REASON_FIELDS)[number]>(['reason'], { reason });

export const operatorSchemas = {
  ShellRequest: ReasonRequest,
  ExportRequest: ReasonRequest,
  ErasureRequest: ReasonRequest,
  BrakeRequest: closed<(typeof BRAKE_FIELDS)[number]>(['seconds', 'reason'], {
    seconds: {
      type: 'integer',
      minimum: 0,
      maximum: LONGEST_BRAKE_S,
      description: 'For how long no new session begins. 0 ends the pause.',
    },
    reason,
  }),
  Brake: closed(['isOn'], {
    isOn: { type: 'boolean', description: 'Whether new sessions are paused.' },
    until: time('When the pause ends by itself; only while it lasts, as the next three.'),
    setAt: time('When it was set last.'),
    operator: text('The ARN of the operator who set it.'),
    reason: text('Why.'),
  }),
  Brakes: closed(['starts'], { starts: ref('Brake') }),
  Shell: closed(['sessionId', 'streamUrl', 'tokenValue', 'expiresAt'], {
    sessionId: text('Names the shell; opens nothing by itself.', { minLength: 1 }),
    streamUrl: text('Where the Session Manager plugin connects to. A secret.', { pattern: '^wss?://' }),
    tokenValue: text('What it connects with. A secret.', { minLength: 1 }),
    expiresAt: time('Until when both are good.'),
  }),
  Export: closed(['outputUri'], {
    outputUri: text('The folder that AWS writes one archive to when the session ends.', {
      pattern: '^s3://.+/$',
    }),
  }),
  Erasure: closed(['deletedRecords'], {
    deletedRecords: { type: 'integer', minimum: 0, description: 'Records of stream sessions.' },
  }),
  StreamSession: streamSession({ statusAt: time('How old the status is: AWS is not asked for a list.') }),
  Sessions: closed(['streamSessions'], {
    streamSessions: {
      type: 'array',
      items: ref('StreamSession'),
      description: 'The newest first, those that are over included.',
    },
  }),
  Problem: problem(OPERATOR_PROBLEMS),
  GatewayMessage: gatewayMessage,
} as const satisfies Record<string, Schema>;
