import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * Reads a request's body to its end. A client that goes away in the middle of it is never heard of again.
 * @param then gets the body, or undefined for one of more than `maxBytes`
 */
export function readWholeBody(
  request: IncomingMessage,
  maxBytes: number,
  then: (body: Buffer | undefined) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => then(size > maxBytes ? undefined : Buffer.concat(chunks)));
}

/**
 * The request once more, its body still to be read: what has been read from a stream can't be put back after
 * its end.
 */
export function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, headers, rawHeaders, httpVersion, socket } = request;
  const again = new Readable({ read() {} });
  if (body.length > 0) again.push(body);
  again.push(null);
  return Object.assign(again, {
    method,
    url,
    headers,
    rawHeaders,
    httpVersion,
    socket,
  }) as unknown as IncomingMessage;
}
