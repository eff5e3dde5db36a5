import type { IncomingMessage, ServerResponse } from 'node:http';

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
const LOOPBACK_HOST = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/i;

/**
 * Guards the control API, which needs no credentials: only this machine may use it, and only web pages of the allowed
 * origins.
 * @returns true when the request may go on; otherwise the response has been sent
 */
export function admitControl(
  request: IncomingMessage,
  response: ServerResponse,
  controlOrigins: readonly string[],
): boolean {
  const refuse = (sentence: string) => {
    response.statusCode = 403;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ error: sentence }));
    return false;
  };
  if (!LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '')) {
    return refuse('The control API answers this machine only.');
  }
  // DNS rebinding: a foreign name that resolves to 127.0.0.1 would make a foreign page look like a local one.
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) {
    return refuse('The control API must be called as 127.0.0.1 or localhost.');
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined) {
    return site === 'cross-site' ? refuse('The control API accepts no calls from other sites.') : true;
  }
  if (!controlOrigins.includes(origin)) {
    return refuse(
      `The control API accepts no calls from pages of ${origin}: start the emulator with it in controlOrigins.`,
    );
  }
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return true;
  response.setHeader('access-control-allow-methods', 'GET, POST, PUT, DELETE');
  response.setHeader('access-control-allow-headers', 'content-type');
  response.setHeader('access-control-max-age', '600');
  response.statusCode = 204;
  response.end();
  return false;
}
