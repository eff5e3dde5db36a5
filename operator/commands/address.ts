import { EXIT, Failure } from '../cli/failure.ts';

/** The ids of a stream session. */
export interface SessionAddress {
  streamGroupId: string;
  streamSessionId: string;
}

const ID = /^[a-zA-Z0-9-]{1,128}$/;
const SESSION_ARN = /^arn:aws[a-z-]*:gameliftstreams:[a-z0-9-]+:\d{12}:streamsession\/([^/]+)\/([^/]+)$/;

const usage = (message: string) => new Failure(message, EXIT.usage);

/**
 * Reads a stream session in each form that an operator may have: an ARN, `STREAM_GROUP/STREAM_SESSION` as `sessions` prints it,
 * or a bare id.
 * @param streamGroup the stream group of a bare id
 * @throws Failure that says what to write
 */
export function parseAddress(text: string, streamGroup: string | undefined): SessionAddress {
  const arn = SESSION_ARN.exec(text);
  const pair = arn ? arn.slice(1) : text.startsWith('arn:') ? [] : text.split('/');
  const [streamGroupId, streamSessionId] = pair.length === 1 ? [streamGroup, pair[0]] : pair;
  if (pair.length > 2 || streamSessionId === undefined || !ID.test(streamSessionId)) {
    throw usage(
      `"${text}" is not a stream session: give its ARN, STREAM_GROUP/STREAM_SESSION as "sessions" prints it, or its id.`,
    );
  }
  if (streamGroupId === undefined) {
    throw usage(
      `Which stream group is ${streamSessionId} in? Write STREAM_GROUP/${streamSessionId}, or add --stream-group.`,
    );
  }
  if (!ID.test(streamGroupId))
    throw usage(`"${streamGroupId}" is not a stream group's id, such as sg-1AB2C3De4.`);
  if (streamGroup !== undefined && streamGroup !== streamGroupId && pair.length === 2) {
    throw usage(`--stream-group says ${streamGroup}, but the stream session is one of ${streamGroupId}.`);
  }
  return { streamGroupId, streamSessionId };
}

export const addressText = ({ streamGroupId, streamSessionId }: SessionAddress): string =>
  `${streamGroupId}/${streamSessionId}`;
