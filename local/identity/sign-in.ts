import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import { playerNameProblem } from './names.ts';
import { errorPage, type Page, signInPage } from './pages.ts';

/** A name of 64 characters, each escaped to three bytes, fits with room to spare. */
const BODY_BYTES = 4096;

/** The sign-in page of the provider: asks for a name, and trusts it. */
export function createSignIn(provider: Provider, redirectOrigins: readonly string[]) {
  return async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // Finds the sign-in by its cookie and throws when this browser has none.
      const { uid } = await provider.interactionDetails(request, response);
      const action = `/sign-in/${uid}`;
      if (new URL(request.url ?? '/', provider.issuer).pathname !== action)
        throw new errors.SessionNotFound();

      if (request.method === 'GET') {
        send(response, 200, signInPage({ action, redirectOrigins }));
      } else if (request.method === 'POST') {
        const name = (new URLSearchParams(await bodyOf(request)).get('player') ?? '').trim();
        const problem = playerNameProblem(name);
        if (problem === undefined) {
          const returnTo = await provider.interactionResult(request, response, {
            login: { accountId: name },
          });
          response.writeHead(303, { location: returnTo, 'cache-control': 'no-store' }).end();
        } else {
          send(response, 400, signInPage({ action, redirectOrigins, name, problem }));
        }
      } else {
        response.writeHead(405, { allow: 'GET, POST' }).end();
      }
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error;
      send(response, 400, errorPage({ error: 'session_not_found' }));
    }
  };
}

/** Sends a page that no cache keeps. */
export function send(response: ServerResponse, status: number, { html, headers }: Page): void {
  response
    .writeHead(status, {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(html);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= BODY_BYTES) parts.push(part);
  }
  return bytes > BODY_BYTES ? '' : Buffer.concat(parts).toString('utf8');
}
