import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULT_AUDIENCE, DEFAULT_SCOPE } from './names.ts';
import { errorPage } from './pages.ts';
import { createProvider } from './provider.ts';
import { createSignIn, send } from './sign-in.ts';

/** How the provider is to be started; see {@link startIdentity}. */
export interface IdentityOptions {
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Address to listen on, 127.0.0.1 by default. */
  host?: string;
  /** Origins of pages, such as `http://127.0.0.1:4400` and `http://localhost:4400`. Each page there may end a sign-in. */
  redirectOrigins: readonly string[];
  /** The `aud` of access tokens, `rejoin` by default. */
  audience?: string;
  /** The scope that lets a player play, `rejoin/play` by default. */
  scope?: string;
}

/**
 * Starts the local OpenID provider and resolves once it answers. `url` is the issuer: discovery is at
 * `/.well-known/openid-configuration`, keys at `/jwks`.
 *
 * @throws Error of node:net when the port is taken (`code` EADDRINUSE).
 */
export async function startIdentity(
  options: IdentityOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { port, host = '127.0.0.1', redirectOrigins } = options;
  const server = createServer();
  // Longer than any client keeps an idle connection: the server must not close one while its client reuses it.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const authority = `${host}:${(server.address() as AddressInfo).port}`;
  const issuer = `http://${authority}`;

  const provider = await createProvider({
    issuer,
    redirectOrigins,
    audience: options.audience ?? DEFAULT_AUDIENCE,
    scope: options.scope ?? DEFAULT_SCOPE,
  });
  provider.on('server_error', (_ctx, error) => console.error(`identity: ${error.message}`));
  const callback = provider.callback();
  const signIn = createSignIn(provider, redirectOrigins);

  server.on('request', (request, response) => {
    if (request.headers.host !== authority) {
      // A foreign host name that resolves to this machine must not reach a provider that gives tokens to anybody.
      response
        .writeHead(421, { 'content-type': 'text/plain' })
        .end(`This provider answers at ${issuer} only.\n`);
      return;
    }
    const handled = request.url?.startsWith('/sign-in/')
      ? signIn(request, response)
      : callback(request, response);
    handled.catch((error: Error) => {
      console.error(`identity: ${error.message}`);
      if (!response.headersSent) send(response, 500, errorPage({ error: 'server_error' }));
      else response.destroy();
    });
  });

  return {
    url: issuer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
