/** What goes in and out, as JSON Schema 2020-12. A test holds each to the verdicts of the functions' own validation. */
import { StreamSessionStatus } from '@aws-sdk/client-gameliftstreams';
import { PROBLEMS } from '../lambdas/core/problems.ts';

export type Schema = { readonly [keyword: string]: unknown };

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
const time = (description: string) => text(description, { format: 'date-time' });

/** No field but these: the functions refuse unknown ones. */
function closed(required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', required, properties, additionalProperties: false };
}

const signalRequest = text(
  'What generateSignalRequest() of the Web SDK returned: an offer, at most as many bytes as the deployment allows (65,536 by default). It goes through byte for byte.',
  {
    minLength: 1,
    contentMediaType: 'application/json',
    contentSchema: {
      type: 'object',
      required: ['type', 'sdp'],
      properties: { type: { const: 'offer' }, sdp: { type: 'string', pattern: '^v=0\\r?\\n' } },
    },
  },
);
const signalResponse = text('For processSignalResponse() of the Web SDK.', { minLength: 1 });
const connectionId = text('Names the connection; send the newest as previousConnectionId.', {
  pattern: '^[a-zA-Z0-9_-]{1,64}$',
});
const status = { type: 'string', enum: Object.values(StreamSessionStatus) };

/** Parameters by their name. */
export const parameterSchemas = {
  streamGroupId: text('One of the stream groups of the deployment.', { pattern: '^[a-zA-Z0-9-]{1,32}$' }),
  streamSessionId: text('The id, not the ARN.', { pattern: '^[a-zA-Z0-9-]{1,128}$' }),
  'Idempotency-Key': text('Names the request: the same key with the same offer is answered once.', {
    pattern: '^[!-~]{1,255}$',
  }),
} as const;

export const schemas = {
  StartRequest: closed(['signalRequest'], {
    signalRequest,
    applicationIdentifier: text(
      'One of the applications of the stream group; may be left out where there is but one.',
    ),
    locations: {
      type: 'array',
      description: 'Where to place the session, in this order; the deployment lists what is allowed.',
      items: { type: 'string' },
      minItems: 1,
      uniqueItems: true,
    },
    additionalLaunchArgs: {
      type: 'array',
      description: 'Refused unless the deployment allows them.',
      items: { type: 'string', maxLength: 1024 },
      maxItems: 100,
    },
  }),
  ConnectionRequest: closed(['signalRequest'], {
    signalRequest,
    previousConnectionId: {
      type: ['string', 'null'],
      description:
        'The newest connectionId that this page has seen. If another device has connected since, the request is refused. Leave it out to insist.',
      pattern: '^[a-zA-Z0-9_-]{1,64}$',
    },
  }),
  StreamSession: closed(
    ['streamGroupId', 'streamSessionId', 'status', 'createdAt', 'connectionTimeoutSeconds'],
    {
      streamGroupId: parameterSchemas.streamGroupId,
      streamSessionId: parameterSchemas.streamSessionId,
      status,
      statusReason: text("AWS's reason for the status, where it gave one."),
      location: text('Where the session runs.'),
      createdAt: time('When it was started.'),
      connectionTimeoutSeconds: {
        type: 'integer',
        minimum: 1,
        description: 'How long AWS keeps it without a client.',
      },
      endsAt: time('When AWS will end it if nothing happens: an upper bound. Not there once it is over.'),
    },
  ),
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
  Problem: closed(['type', 'title', 'status', 'detail', 'code', 'retry', 'requestId'], {
    type: text('A URN that ends with the code.', { pattern: '^urn:rejoin:problem:[a-z_]+$' }),
    title: text('The same for every problem with this code.'),
    status: { type: 'integer', enum: [...new Set(Object.values(PROBLEMS).map((row) => row.status))] },
    detail: text('A sentence for the person reading it.'),
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    retry: {
      type: 'string',
      enum: ['same', 'newOffer', 'never'],
      description: 'Repeat exactly this request, make a new offer first, or stop.',
    },
    requestId: text("API Gateway's, for whoever looks into the logs."),
    retryAfterMs: { type: 'number', minimum: 0, description: 'How long to wait, in milliseconds.' },
    queuePosition: { type: 'integer', minimum: 1, description: 'Place in the line, 1 for the next.' },
    mayBeTooLate: { const: true, description: 'The turn falls after the likely end of the session.' },
    streamSessionStatus: { ...status, description: 'Where it was looked up.' },
    statusReason: text("AWS's reason for the status, where it gave one."),
    streamSession: ref('StreamSession'),
  }),
  GatewayMessage: {
    type: 'object',
    required: ['message'],
    properties: { message: { type: 'string' } },
    description: 'What API Gateway answers by itself; not always with a content type.',
  },
} as const satisfies Record<string, Schema>;

export type SchemaName = keyof typeof schemas;
export const schemaRef = (name: SchemaName): Schema => ref(name);
