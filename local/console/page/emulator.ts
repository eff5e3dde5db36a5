import type { StreamSession } from '../../../client/src/index.ts';
import { type Cut, DARK_SECONDS, type InjectedFaults } from './model.ts';

interface Fault {
  operation: string;
  kind: string;
}

/** The slow network that the page can switch on. */
const SLOW = { lossPercent: 5, jitterMs: 300 };

const THROTTLE: Fault = { operation: 'CreateStreamSessionConnection', kind: 'throttle' };

/** The faults of AWS and of the network that the page can inject through the emulator. */
export interface Emulator {
  cut(session: StreamSession, how: Cut): Promise<void>;
  /** Switches a network with lost and late packets on or off. */
  slow(session: StreamSession, on: boolean): Promise<void>;
  /** Switches on or off that AWS throttles each reconnect. */
  throttle(on: boolean): Promise<void>;
  /** The faults that are switched on already. */
  injectedFaults(session: StreamSession | undefined): Promise<Pick<InjectedFaults, 'slow' | 'throttled'>>;
}

/** @throws (each method) Error with a sentence for the player when the emulator can't be reached or refuses. */
export function createEmulator(base: string): Emulator {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
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
  const faults = async () => (await call('GET', 'faults')) as Fault[];
  const isThrottle = ({ operation, kind }: Fault) =>
    operation === THROTTLE.operation && kind === THROTTLE.kind;
  const at = ({ streamSessionId }: StreamSession) => `streamsessions/${encodeURIComponent(streamSessionId)}`;

  return {
    async cut(session, how) {
      const body = how === 'blackout' ? { how, seconds: DARK_SECONDS } : { how };
      await call('POST', `${at(session)}/drop`, body);
    },
    async slow(session, on) {
      await call('PUT', `${at(session)}/network`, on ? SLOW : {});
    },
    async throttle(on) {
      // The emulator can only delete all faults at once, so the others are planned again.
      const others = (await faults()).filter((fault) => !isThrottle(fault));
      await call('DELETE', 'faults');
      for (const fault of on ? [...others, THROTTLE] : others) await call('POST', 'faults', fault);
    },
    async injectedFaults(session) {
      const throttled = (await faults()).some(isThrottle);
      const view = session && ((await call('GET', at(session))) as { network: object | null });
      return { throttled, slow: (view?.network ?? null) !== null };
    },
  };
}
