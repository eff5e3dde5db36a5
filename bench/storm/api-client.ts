import { Agent, request } from 'node:http';

/** An answer of the player API, as far as a storm reads it. */
export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers and problems are of many shapes.
  body: any;
}

export interface ApiClient {
  /** @throws Error when the connection breaks before an answer */
  post(path: string, body: unknown, by: { bearer: string; key: string }): Promise<ApiAnswer>;
  close(): void;
}

/** The players' connections to the API. They are kept open, as browsers keep theirs. */
export function apiClient(url: string): ApiClient {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  return {
    post: (path, body, { bearer, key }) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const headers = {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          'idempotency-key': key,
        };
        const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            answer += chunk;
          });
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }));
        });
        sent.on('error', reject);
        sent.end(text);
      }),
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
