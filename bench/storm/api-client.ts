import { Agent, type IncomingMessage, request } from 'node:http';

/** The players' HTTP connections to the API, behind a `fetch`. Like a browser's, they are kept open. */
export interface ApiConnections {
  /** @throws Error when the connection breaks before an answer, or the signal is aborted */
  fetch(url: string, init: RequestInit): Promise<Response>;
  close(): void;
}

/** Connections without a limit: a crowd has one for each player. */
export function apiConnections(): ApiConnections {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  return {
    fetch: async (url, { method = 'GET', headers = {}, body, signal }) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const options = { method, agent, headers: { ...(headers as Record<string, string>) } };
        const sent = request(url, { ...options, ...(signal ? { signal } : {}) }, resolve);
        sent.on('error', reject);
        sent.end(body ?? undefined);
      });
      let text = '';
      response.setEncoding('utf8');
      for await (const part of response) text += part;
      const { statusCode = 0 } = response;
      const responseHeaders = Object.entries(response.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      // Text would get a content type, also where the API sent none.
      const bytes = statusCode === 204 ? null : Buffer.from(text);
      return new Response(bytes, { status: statusCode, headers: responseHeaders });
    },
    close: () => agent.destroy(),
  };
}
