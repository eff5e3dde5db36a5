import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * Reads a request's body to its end. `then` is not called when the client disconnects before.
 * @param then gets the body, or undefined for one of more than `maxBytes`
 */
export function bufferBody(
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

/** A copy of the request whose body can be read again: bytes can't be put back into a stream that has ended. */
export function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { method, url, headers, rawHeaders, httpVersion, socket } = request;
  const copy = new Readable({ read() {} });
  if (body.length > 0) copy.push(body);
  copy.push(null);
  return Object.assign(copy, {
    method,
    url,
    headers,
    rawHeaders,
    httpVersion,
    socket,
  }) as unknown as IncomingMessage;
}
