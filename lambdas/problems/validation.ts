import {
  CONNECTION_ID,
  IDEMPOTENCY_KEY,
  LONGEST_BRAKE_S,
  MOST_SILENT_MS,
  SDP_BEGINNING,
  STREAM_GROUP_ID,
  STREAM_SESSION_ID,
} from '../../contract/requests.ts';
import { Problem } from './problems.ts';

/** Half of a pair of surrogates: UTF-8 writes every one as U+FFFD, so two texts would become one. */
const NOT_UNICODE = 'is not well-formed Unicode: it contains half of a character';

/** @throws Problem `invalid_request` whose detail begins with the field */
export function refuse(field: string, complaint: string): never {
  throw new Problem('invalid_request', `${field}: ${complaint}`);
}

/** An id if it can be one, else undefined. */
export function plainId(id: string | undefined): string | undefined {
  return id !== undefined && STREAM_SESSION_ID.test(id) ? id : undefined;
}

/** A stream group id from the path, known to the settings. Refused here, nothing of it reaches AWS. */
export function requireStreamGroup<Group extends { id: string }>(
  id: string | undefined,
  groups: readonly Group[],
): Group {
  if (id === undefined || !STREAM_GROUP_ID.test(id)) {
    return refuse('streamGroupId', 'must be 1 to 32 letters, digits or hyphens');
  }
  return (
    groups.find((group) => group.id === id) ?? refuse('streamGroupId', 'is not a stream group of this API')
  );
}

/** A stream session id from the path; an ARN or anything with a slash is refused. */
export function requireStreamSessionId(id: string | undefined): string {
  if (id === undefined || !STREAM_SESSION_ID.test(id)) {
    return refuse('streamSessionId', 'must be 1 to 128 letters, digits or hyphens');
  }
  return id;
}

/** The `Idempotency-Key` header, if there is one. */
export function optionalIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (!IDEMPOTENCY_KEY.test(header)) {
    return refuse('Idempotency-Key', 'must be 1 to 255 visible ASCII characters without spaces');
  }
  return header;
}

/** The connection the caller believes to be the newest, if it says so. */
export function optionalConnectionId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !CONNECTION_ID.test(value)) {
    return refuse('previousConnectionId', 'must be a connectionId of an earlier answer');
  }
  return value;
}

/** A whole number from 0 to `most`. */
function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** For how many milliseconds the page has seen nothing of the stream, if it says so. */
export function optionalSilentMs(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (!isWhole(value, MOST_SILENT_MS)) {
    return refuse('silentMs', `must be whole milliseconds, from 0 to ${MOST_SILENT_MS}`);
  }
  return value;
}

/** For how long new sessions are to be paused, in seconds; 0 ends the pause. */
export function requireBrakeSeconds(value: unknown): number {
  if (!isWhole(value, LONGEST_BRAKE_S)) {
    return refuse('seconds', `must be a whole number from 0 to ${LONGEST_BRAKE_S}`);
  }
  return value;
}

/**
 * A signal request: the offer string of the Web SDK, `{"type":"offer","sdp":"v=0..."}`. It is checked, then
 * passed through byte for byte.
 *
 * @param limitBytes the settings' limit in bytes of UTF-8; a real offer takes about 7 KB.
 */
export function requireSignalRequest(value: unknown, limitBytes: number): string {
  if (typeof value !== 'string' || value === '') {
    return refuse('signalRequest', 'must be the string that generateSignalRequest() returned');
  }
  if (value === 'NO_CLIENT_CONNECTION') {
    return refuse('signalRequest', 'NO_CLIENT_CONNECTION is for servers; a browser sends an offer');
  }
  if (Buffer.byteLength(value) > limitBytes) {
    return refuse('signalRequest', `is larger than ${limitBytes} bytes`);
  }
  let offer: unknown;
  try {
    offer = JSON.parse(value);
  } catch {
    return refuse('signalRequest', 'is not JSON; pass on what generateSignalRequest() returned');
  }
  if (typeof offer !== 'object' || offer === null || !('type' in offer) || offer.type !== 'offer') {
    return refuse('signalRequest', 'is not an offer: its type must be "offer"');
  }
  if (!('sdp' in offer) || typeof offer.sdp !== 'string' || !SDP_BEGINNING.test(offer.sdp)) {
    return refuse('signalRequest', 'is not an SDP offer: its sdp must start with v=0');
  }
  if (!value.isWellFormed() || !offer.sdp.isWellFormed()) return refuse('signalRequest', NOT_UNICODE);
  return value;
}

/**
 * The JSON object of a request body with only fields the route knows. An unknown field is refused, not ignored:
 * a misspelt `previousConnectionId` would otherwise silently take the stream from the player's other device.
 */
export function requireBody(body: string | undefined, fields: readonly string[]): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body ?? '');
  } catch {
    return refuse('body', 'is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return refuse('body', 'must be a JSON object');
  }
  const unknown = Object.keys(parsed).find((name) => !fields.includes(name));
  if (unknown !== undefined) {
    // The name comes from the caller: kept short and plain so that a log or a screen can take it.
    const shown = unknown.replace(/[^\w.-]/g, '?').slice(0, 40);
    return refuse(shown, `is not a field of this request; known fields are ${fields.join(', ')}`);
  }
  // No route takes more than strings and lists of strings; each refuses the rest by itself.
  const [torn] =
    Object.entries(parsed).find(([, value]) =>
      [value].flat().some((text) => typeof text === 'string' && !text.isWellFormed()),
    ) ?? [];
  if (torn !== undefined) return refuse(torn, NOT_UNICODE);
  return parsed as Record<string, unknown>;
}
