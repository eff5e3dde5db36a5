import type { IncomingMessage } from 'node:http';

/** Thrown when the client went away before its request was complete. */
export class ClientGone extends Error {}

/**
 * Reads a request's body.
 * @returns undefined as soon as it is longer than `limitBytes`
 * @throws ClientGone
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (settle: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) stop(() => resolve(undefined));
      else chunks.push(chunk);
    };
    const onEnd = () => stop(() => resolve(Buffer.concat(chunks)));
    const onClose = () => stop(() => reject(new ClientGone()));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
