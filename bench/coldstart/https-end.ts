import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificates } from './certificates.ts';

/** An https address of a service that speaks http. */
export interface HttpsEnd {
  /** Its base URL, by the name `localhost`, so that a client looks the name up. */
  url: string;
  close(): Promise<void>;
}

/**
 * Puts TLS in front of a service. The bytes within pass unchanged.
 *
 * @param upstream the service's base URL
 */
export async function startHttpsEnd(
  upstream: string,
  { key, cert }: Pick<Certificates, 'key' | 'cert'>,
): Promise<HttpsEnd> {
  const { hostname, port } = new URL(upstream);
  const open = new Set<{ destroy(): void }>();
  const server = createServer({ key, cert, noDelay: true }, (secure) => {
    const plain = connect({ host: hostname, port: Number(port), noDelay: true });
    for (const [one, other] of [
      [secure, plain],
      [plain, secure],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  // A client that is killed during the handshake.
  server.on('tlsClientError', () => {});
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of open) socket.destroy();
      }),
  };
}
