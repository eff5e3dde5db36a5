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
  'What generateSignalRequest() of the Web SDK returned: an offer, at most as many bytes as the deployment allows (65,536 by default). It goes through byte for byte.',
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
const signalResponse = text('For processSignalResponse() of the Web SDK.', { minLength: 1 });
const connectionId = text('Names the connection; send the newest as previousConnectionId.', {
  pattern: CONNECTION_ID.source,
});

export const playerParameters = {
  ...sessionParameters,
  'Idempotency-Key': text('Names the request: the same key with the same offer is answered once.', {
    pattern: IDEMPOTENCY_KEY.source,
  }),
} as const;

export const playerSchemas = {
  StartRequest: closed<(typeof START_FIELDS)[number]>(['signalRequest'], {
    signalRequest,
    applicationIdentifier: text(
      'One of the applications of the stream group; may be left out where there is but one.',
    ),
    locations: {
      type: 'array',
      description:
        'Where to place the session, in this order; the deployment lists what is allowed. An empty list says nothing.',
      items: { type: 'string' },
      uniqueItems: true,
    },
    additionalLaunchArgs: {
      type: 'array',
      description: 'Refused unless the deployment allows them. An empty list says nothing.',
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
      description: 'The size of the picture in pixels: one of those that the deployment lists.',
    },
  }),
  ConnectionRequest: closed<(typeof CONNECTION_FIELDS)[number]>(['signalRequest'], {
    signalRequest,
    previousConnectionId: {
      type: ['string', 'null'],
      description:
        'The newest connectionId that this page has seen. If another device has connected since, the request is refused. Leave it out to insist.',
      pattern: CONNECTION_ID.source,
    },
    silentMs: {
      type: 'integer',
      description:
        'For how many milliseconds the page has seen nothing of the stream. It decides nothing about the request, and a repetition may carry another value.',
      minimum: 0,
      maximum: MOST_SILENT_MS,
    },
  }),
  RecoveryReport: {
    ...closed<(typeof RECOVERY_FIELDS)[number]>(['outcome', 'why', 'silentMs', 'attempts', 'agoMs'], {
      outcome: {
        enum: OUTCOMES,
        description:
          'What became of a stream that was lost: back by itself, on a new connection, or not at all.',
      },
      why: { enum: LOSSES, description: 'What the page noticed the loss by.' },
      ending: {
        enum: ENDINGS,
        description: 'What the stream ended with; there with given_up, and not otherwise.',
      },
      silentMs: {
        type: 'number',
        description: 'For how many milliseconds nothing was seen. Counted from 0 to 600,000.',
      },
      attempts: {
        type: 'number',
        description: 'How many connections were asked for. Counted from 0 to 1000.',
      },
      agoMs: {
        type: 'number',
        description: 'How many milliseconds ago it was over. Counted from 0 to 600,000.',
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
    streamSessions: { type: 'array', items: ref('StreamSession'), description: 'The newest first.' },
  }),
  Connected: closed(['signalResponse', 'connectionId', 'streamSession'], {
    signalResponse,
    connectionId,
    streamSession: ref('StreamSession'),
  }),
  Problem: problem(PROBLEMS, {
    queuePosition: { type: 'integer', minimum: 1, description: 'Place in the line, 1 for the next.' },
    mayBeTooLate: { const: true, description: 'The turn falls after the likely end of the session.' },
    streamSession: ref('StreamSession'),
  }),
  GatewayMessage: gatewayMessage,
} as const satisfies Record<string, Schema>;
