import type { StreamSession } from '../../../client/src/index.ts';
import { type Cut, DARK_SECONDS, type Trouble } from './model.ts';

interface Fault {
  operation: string;
  kind: string;
}

/** What a slow network does to a connection. */
const SLOW = { lossPercent: 5, jitterMs: 300 };

const THROTTLE: Fault = { operation: 'CreateStreamSessionConnection', kind: 'throttle' };

/** What the page asks of the emulator: to be AWS, or a network, on a bad day. */
export interface Emulator {
  cut(session: StreamSession, how: Cut): Promise<void>;
  /** A network with lost and late packets, or a good one. */
  slow(session: StreamSession, on: boolean): Promise<void>;
  /** Whether AWS refuses each reconnect for its quota. */
  throttle(on: boolean): Promise<void>;
  /** What is switched on already. */
  trouble(session: StreamSession | undefined): Promise<Pick<Trouble, 'slow' | 'throttled'>>;
}

/** @throws (each method) Error with a sentence for the player when the emulator can't be asked or refuses. */
export function createEmulator(base: string): Emulator {
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${base.replace(/\/+$/, '')}/_emulator/${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch {
      throw new Error('The emulator can’t be reached. Check that npm start still runs.');
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`The emulator refuses this: it answered ${response.status}.`);
    return text === '' ? undefined : JSON.parse(text);
  }
  const faults = async () => (await ask('GET', 'faults')) as Fault[];
  const isThrottle = ({ operation, kind }: Fault) =>
    operation === THROTTLE.operation && kind === THROTTLE.kind;
  const at = ({ streamSessionId }: StreamSession) => `streamsessions/${encodeURIComponent(streamSessionId)}`;

  return {
    async cut(session, how) {
      const body = how === 'blackout' ? { how, seconds: DARK_SECONDS } : { how };
      await ask('POST', `${at(session)}/drop`, body);
    },
    async slow(session, on) {
      await ask('PUT', `${at(session)}/network`, on ? SLOW : {});
    },
    async throttle(on) {
      // A fault is taken back with all others only; whoever planned the others finds them again.
      const others = (await faults()).filter((fault) => !isThrottle(fault));
      await ask('DELETE', 'faults');
      for (const fault of on ? [...others, THROTTLE] : others) await ask('POST', 'faults', fault);
    },
    async trouble(session) {
      const throttled = (await faults()).some(isThrottle);
      const look = session && ((await ask('GET', at(session))) as { network: object | null });
      return { throttled, slow: (look?.network ?? null) !== null };
    },
  };
}
