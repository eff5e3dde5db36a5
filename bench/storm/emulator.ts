import { Agent, request } from 'node:http';

/** A call that the emulator saw. */
export interface Call {
  operation: string;
  principal: string | null;
  status: number | null;
}

/** A session as the emulator sees it. */
interface Session {
  id: string;
  status: string;
}

/** The emulator's control API. */
export interface EmulatorControl {
  sessions(): Promise<Session[]>;
  /** Cuts a session's connection: packets vanish, and no close is sent. */
  drop(id: string): Promise<void>;
  calls(): Promise<Call[]>;
  forgetCalls(): Promise<void>;
  close(): void;
}

/** @param url the emulator's base URL */
export function emulatorControl(url: string): EmulatorControl {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const call = (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}/_emulator/${path}`, { method, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(text === '' ? undefined : JSON.parse(text));
          else
            reject(new Error(`The emulator answers ${method} ${path} with ${response.statusCode}: ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    sessions: () => call('GET', 'streamsessions') as Promise<Session[]>,
    drop: async (id) => {
      await call('POST', `streamsessions/${id}/drop`, { how: 'blackhole' });
    },
    calls: () => call('GET', 'calls') as Promise<Call[]>,
    forgetCalls: async () => {
      await call('DELETE', 'calls');
    },
    close: () => agent.destroy(),
  };
}
