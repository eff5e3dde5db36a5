import * as z from 'zod';

/** The JSON inside messages. Source: aws/session-manager-plugin, src/message and src/service. */

const openDataChannel = z.object({
  MessageSchemaVersion: z.literal('1.0'),
  RequestId: z.string().max(64),
  TokenValue: z.string().min(1).max(1024),
  ClientId: z.string().max(64),
  ClientVersion: z.string().max(32).optional(),
});

const acknowledgement = z.object({
  AcknowledgedMessageType: z.string(),
  AcknowledgedMessageId: z.string(),
  AcknowledgedMessageSequenceNumber: z.int().min(0),
  IsSequentialMessage: z.boolean(),
});

const handshakeResponse = z.object({
  ClientVersion: z.string().max(32),
  ProcessedClientActions: z
    .array(z.object({ ActionType: z.string(), ActionStatus: z.int() }))
    .max(16)
    .nullable(),
  // Go writes an empty list as null.
  Errors: z.array(z.string()).max(16).nullish(),
});

const size = z.object({ cols: z.int().min(1).max(10_000), rows: z.int().min(1).max(10_000) });

function read<T>(schema: z.ZodType<T>, data: Uint8Array): T | undefined {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))).data;
  } catch {
    return undefined;
  }
}

const json = (value: object) => Buffer.from(JSON.stringify(value));

/** The first frame of a client, a text one. @returns its token, or undefined for anything else */
export const readOpenDataChannel = (data: Uint8Array): string | undefined =>
  read(openDataChannel, data)?.TokenValue;

/** @returns the acknowledged sequence number; undefined for any other payload */
export const readAcknowledgement = (data: Uint8Array): number | undefined =>
  read(acknowledgement, data)?.AcknowledgedMessageSequenceNumber;

export const writeAcknowledgement = (of: {
  messageType: string;
  messageId: string;
  sequenceNumber: number;
}): Buffer =>
  json({
    AcknowledgedMessageType: of.messageType,
    AcknowledgedMessageId: of.messageId,
    AcknowledgedMessageSequenceNumber: of.sequenceNumber,
    IsSequentialMessage: true,
  });

export const readSize = (data: Uint8Array): { cols: number; rows: number } | undefined => read(size, data);

/** Requests a shell session from the client, without encryption on top of the channel's own. */
export const writeHandshakeRequest = (): Buffer =>
  json({
    AgentVersion: '3.3.0.0',
    RequestedClientActions: [
      {
        ActionType: 'SessionType',
        ActionParameters: { SessionType: 'Standard_Stream', Properties: null },
      },
    ],
  });

const SUCCESS = 1;

/** @returns whether the client has agreed to a shell; undefined for any other payload */
export function readHandshakeResponse(data: Uint8Array): boolean | undefined {
  const response = read(handshakeResponse, data);
  if (!response) return undefined;
  return (response.ProcessedClientActions ?? []).some(
    ({ ActionType, ActionStatus }) => ActionType === 'SessionType' && ActionStatus === SUCCESS,
  );
}

/** @param tookMs how long the handshake took; it travels in nanoseconds */
export const writeHandshakeComplete = (tookMs: number, customerMessage: string): Buffer =>
  json({ HandshakeTimeToComplete: Math.round(tookMs * 1e6), CustomerMessage: customerMessage });

/** @param output the reason; the plugin prints it when it ends */
export const writeChannelClosed = (of: {
  messageId: string;
  createdDate: number;
  sessionId: string;
  destinationId: string;
  output: string;
}): Buffer =>
  json({
    MessageId: of.messageId,
    CreatedDate: new Date(of.createdDate).toISOString(),
    DestinationId: of.destinationId,
    SessionId: of.sessionId,
    MessageType: 'channel_closed',
    SchemaVersion: 1,
    Output: of.output,
  });

/** The value of a Flag payload with which a client ends the channel. */
const TERMINATE_SESSION = 2;

export const isTerminateFlag = (data: Buffer): boolean =>
  data.length === 4 && data.readUInt32BE(0) === TERMINATE_SESSION;
