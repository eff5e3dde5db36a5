import { Agent, createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that was passed on, and its answer. */
export interface Exchange {
  /** DynamoDB's operation, such as `DynamoDB_20120810.UpdateItem`; absent where the path says it. */
  target?: string;
  path: string;
  /** Bodies as text. */
  request: string;
  response: string;
  status: number;
  /** When the request came, in `performance.now()`'s milliseconds. */
  at: number;
}

/** A proxy in front of a service that records what it passes on. */
export interface Relay {
  /** Its base URL. */
  url: string;
  /** Returns the exchanges since the last call, and forgets them. */
  take(): Exchange[];
  close(): Promise<void>;
}

/**
 * Passes requests on to a service unchanged, signatures included.
 *
 * @param upstream the service's base URL
 * @param rewrite changes an answer's body, and may hold it; absent: it stays as it is
 */
export async function startRelay(
  upstream: string,
  rewrite: (body: string) => string | Promise<string> = (body) => body,
): Promise<Relay> {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(upstream);
  let seen: Exchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const at = performance.now();
    const body = await text(incoming);
    const { method, url: path = '/', headers } = incoming;
    const sent = forward({ hostname, port, method, path, headers, agent }, async (answer) => {
      const status = answer.statusCode ?? 502;
      const response = await rewrite(await text(answer));
      const target = headers['x-amz-target']?.toString();
      seen.push({ ...(target === undefined ? {} : { target }), path, request: body, response, status, at });
      // The checksum belongs to the original body.
      const { 'content-length': _, 'transfer-encoding': __, 'x-amz-crc32': ___, ...kept } = answer.headers;
      outgoing.writeHead(status, { ...kept, 'content-length': Buffer.byteLength(response) });
      outgoing.end(response);
    });
    sent.on('error', () => outgoing.destroy());
    sent.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    close: () =>
      new Promise((done) => {
        agent.destroy();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
