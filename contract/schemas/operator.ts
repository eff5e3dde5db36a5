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
  playerId: text('The UserId of GameLift Streams, percent-encoded.', {
    pattern: USER_ID.source,
  }),
} as const;

/** The characters that are not in this class. */
const not = ({ source }: RegExp) => source.replace('[', '[^');
const visible = `(?:${INVISIBLE.source}*${not(INVISIBLE)})`;
const readable = `(?:${not(UNREADABLE)}|${JOINERS.source})`;

const reason = text(
  'The reason, for the audit: 10 to 500 characters in one line, at least 5 of them visible. White space around it is removed. Control characters and characters that hide or reverse text are refused.',
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
      description: 'For how many seconds new sessions are paused. 0 ends the pause.',
    },
    reason,
  }),
  Brake: closed(['isOn'], {
    isOn: { type: 'boolean', description: 'Whether new sessions are paused.' },
    until: time(
      'When the pause ends by itself. This field and the next three are there only during a pause.',
    ),
    setAt: time('When the pause was last set.'),
    operator: text('The ARN of the operator who set the pause.'),
    reason: text('The reason that the operator gave.'),
  }),
  Brakes: closed(['starts'], { starts: ref('Brake') }),
  Shell: closed(['sessionId', 'streamUrl', 'tokenValue', 'expiresAt'], {
    sessionId: text("The shell's id. It is no secret.", { minLength: 1 }),
    streamUrl: text('The address for the Session Manager plugin. A secret.', { pattern: '^wss?://' }),
    tokenValue: text('The token for the Session Manager plugin. A secret.', { minLength: 1 }),
    expiresAt: time('When the address and the token expire.'),
  }),
  Export: closed(['outputUri'], {
    outputUri: text('The folder to which AWS writes one archive when the session ends.', {
      pattern: '^s3://.+/$',
    }),
  }),
  Erasure: closed(['deletedRecords'], {
    deletedRecords: {
      type: 'integer',
      minimum: 0,
      description: 'How many records of stream sessions were deleted.',
    },
  }),
  StreamSession: streamSession({
    statusAt: time('When Rejoin learned the status. This route does not call AWS.'),
  }),
  Sessions: closed(['streamSessions'], {
    streamSessions: {
      type: 'array',
      items: ref('StreamSession'),
      description: 'Newest first, ended sessions included.',
    },
  }),
  Problem: problem(OPERATOR_PROBLEMS),
  GatewayMessage: gatewayMessage,
} as const satisfies Record<string, Schema>;
