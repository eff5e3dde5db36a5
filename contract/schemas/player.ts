/** The schemas of the player API. A test holds that they accept and refuse what the functions' own validation does. */
import { PROBLEMS } from '../problems.ts';
import { ENDINGS, LOSSES, OUTCOMES } from '../recovery-report.ts';
import {
  type CONNECTION_FIELDS,
  CONNECTION_ID,
  IDEMPOTENCY_KEY,
  MAX_ARGUMENT_LENGTH,
  MAX_ARGUMENTS,
  MOST_SILENT_MS,
  type RECOVERY_FIELDS,
  SDP_BEGINNING,
  type START_FIELDS,
} from '../requests.ts';
import { gatewayMessage, problem, sessionParameters, streamSession } from './common.ts';
import { closed, ref, type Schema, text } from './schema.ts';

const signalRequest = text(
  'The offer that generateSignalRequest() of the Web SDK returned. The deployment limits its bytes (65,536 by default). Rejoin does not change it.',
  {
    minLength: 1,
    contentMediaType: 'application/json',
    contentSchema: {
      type: 'object',
      required: ['type', 'sdp'],
      properties: { type: { const: 'offer' }, sdp: { type: 'string', pattern: SDP_BEGINNING.source } },
    },
  },
);
const signalResponse = text('The answer to the offer, for processSignalResponse() of the Web SDK.', {
  minLength: 1,
});
const connectionId = text("The connection's id. Send the newest one as previousConnectionId.", {
  pattern: CONNECTION_ID.source,
});

export const playerParameters = {
  ...sessionParameters,
  'Idempotency-Key': text('Identifies the request. The same key with the same offer gets the same answer.', {
    pattern: IDEMPOTENCY_KEY.source,
  }),
} as const;

export const playerSchemas = {
  StartRequest: closed<(typeof START_FIELDS)[number]>(['signalRequest'], {
    signalRequest,
    applicationIdentifier: text(
      "One of the stream group's applications. You may leave it out if there is only one.",
    ),
    locations: {
      type: 'array',
      description:
        'Where to place the session, the preferred location first. The deployment lists what is allowed. An empty list counts as left out.',
      items: { type: 'string' },
      uniqueItems: true,
    },
    additionalLaunchArgs: {
      type: 'array',
      description: 'Refused unless the deployment allows them. An empty list counts as left out.',
      items: { type: 'string', maxLength: MAX_ARGUMENT_LENGTH },
      maxItems: MAX_ARGUMENTS,
    },
    displayConfiguration: {
      ...closed(['resolution'], {
        resolution: closed(['width', 'height'], {
          width: { type: 'integer', minimum: 320, maximum: 4096 },
          height: { type: 'integer', minimum: 320, maximum: 4096 },
        }),
      }),
      description: 'The size of the picture in pixels. The deployment lists what is allowed.',
    },
  }),
  ConnectionRequest: closed<(typeof CONNECTION_FIELDS)[number]>(['signalRequest'], {
    signalRequest,
    previousConnectionId: {
      type: ['string', 'null'],
      description:
        'The newest connectionId that this page has seen. If another device has connected since, the request is refused. Leave the field out to take the stream over.',
      pattern: CONNECTION_ID.source,
    },
    silentMs: {
      type: 'integer',
      description:
        'For how many milliseconds the page has seen nothing of the stream. Rejoin uses it for statistics only. A repetition may have another value.',
      minimum: 0,
      maximum: MOST_SILENT_MS,
    },
  }),
  RecoveryReport: {
    ...closed<(typeof RECOVERY_FIELDS)[number]>(['outcome', 'why', 'silentMs', 'attempts', 'agoMs'], {
      outcome: {
        enum: OUTCOMES,
        description:
          'What became of the lost stream: the old connection plays again, a new one plays, or neither.',
      },
      why: { enum: LOSSES, description: 'The sign by which the page noticed the loss.' },
      ending: {
        enum: ENDINGS,
        description: 'Why the stream did not come back. Only with given_up, and required there.',
      },
      silentMs: {
        type: 'number',
        description:
          'For how many milliseconds the page saw nothing, from 0 to 600,000. Other numbers count as the nearest end.',
      },
      attempts: {
        type: 'number',
        description:
          'How many connections the page requested, from 0 to 1000. Other numbers count as the nearest end.',
      },
      agoMs: {
        type: 'number',
        description:
          'How many milliseconds ago the loss was over, from 0 to 600,000. Other numbers count as the nearest end.',
      },
    }),
    if: { properties: { outcome: { const: 'given_up' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { required: ['ending'] },
    else: { not: { required: ['ending'] } },
  },
  StreamSession: streamSession(),
  Started: closed(['streamSession', 'connectionId'], {
    streamSession: ref('StreamSession'),
    signalResponse,
    connectionId,
  }),
  Status: closed(['streamSession'], { streamSession: ref('StreamSession'), signalResponse }),
  Sessions: closed(['streamSessions'], {
    streamSessions: { type: 'array', items: ref('StreamSession'), description: 'Newest first.' },
  }),
  Connected: closed(['signalResponse', 'connectionId', 'streamSession'], {
    signalResponse,
    connectionId,
    streamSession: ref('StreamSession'),
  }),
  Problem: problem(PROBLEMS, {
    queuePosition: {
      type: 'integer',
      minimum: 1,
      description: "The player's place in the queue. 1 is next.",
    },
    mayBeTooLate: { const: true, description: "The ticket's time is after the session's likely end." },
    streamSession: ref('StreamSession'),
  }),
  GatewayMessage: gatewayMessage,
} as const satisfies Record<string, Schema>;
