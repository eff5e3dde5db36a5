/** Schemas that both APIs share. */
import { type ProblemTable, RETRIES } from '../problems.ts';
import { STREAM_GROUP_ID, STREAM_SESSION_ID } from '../requests.ts';
import { STREAM_SESSION_STATUSES } from '../stream-session-status.ts';
import { closed, type Schema, text, time } from './schema.ts';

const status = { type: 'string', enum: STREAM_SESSION_STATUSES };

/** The path parameters of a session. */
export const sessionParameters = {
  streamGroupId: text('One of the stream groups of the deployment.', { pattern: STREAM_GROUP_ID.source }),
  streamSessionId: text('The id, not the ARN.', { pattern: STREAM_SESSION_ID.source }),
} as const;

/** @param more further required fields, which only one of the APIs has */
export function streamSession(more: Readonly<Record<string, Schema>> = {}): Schema {
  return closed<string>(
    [
      'streamGroupId',
      'streamSessionId',
      'status',
      'createdAt',
      'connectionTimeoutSeconds',
      ...Object.keys(more),
    ],
    {
      ...sessionParameters,
      status,
      statusReason: text("AWS's reason for the status, if it gave one."),
      location: text('Where the session runs.'),
      createdAt: time('When the session was started.'),
      connectionTimeoutSeconds: {
        type: 'integer',
        minimum: 1,
        description: 'For how many seconds AWS keeps the session without a client.',
      },
      endsAt: time('The latest time at which AWS will end the session. Absent once the session has ended.'),
      ...more,
    },
  );
}

/**
 * A problem (RFC 9457).
 * @param problems the problem codes of the API
 * @param more fields that only one of the APIs has
 */
export function problem(problems: ProblemTable, more: Readonly<Record<string, Schema>> = {}): Schema {
  const rows = Object.values(problems);
  return closed<string>(['type', 'title', 'status', 'detail', 'code', 'retry', 'requestId'], {
    type: text('A URN that ends with the code.', { pattern: '^urn:rejoin:problem:[a-z_]+$' }),
    title: text('The same for every problem with this code.'),
    status: { type: 'integer', enum: [...new Set(rows.map((row) => row.status))] },
    detail: text('What happened and what to do, for a person.'),
    code: { type: 'string', enum: Object.keys(problems) },
    retry: {
      type: 'string',
      enum: RETRIES.filter((retry) => rows.some((row) => row.retry === retry)),
      description: 'Repeat exactly this request, make a new offer first, or stop.',
    },
    requestId: text("API Gateway's id of the request. The logs have it too."),
    retryAfterMs: { type: 'number', minimum: 0, description: 'How long to wait, in milliseconds.' },
    streamSessionStatus: { ...status, description: "The session's status, if it was looked up." },
    statusReason: text("AWS's reason for the status, if it gave one."),
    ...more,
  });
}

export const gatewayMessage: Schema = {
  type: 'object',
  required: ['message'],
  properties: { message: { type: 'string' } },
  description: 'An answer of API Gateway itself. It does not always have a content type.',
};
