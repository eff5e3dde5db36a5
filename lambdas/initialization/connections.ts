import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Stage, StageConnection } from './stage.ts';

/** Node's agents for an SDK client, by protocol. */
export interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

/** Connections of the SDK's clients. While a rehearsal plays, its requests get none that leads anywhere. */
export interface Connections {
  /** For one client. */
  agents(): Agents;
  /** The requests of this work are answered by the stage, at whatever time they come. */
  rehearsed<T>(stage: Stage, work: () => Promise<T>): Promise<T>;
  /** Resolves when the connections that the rehearsed requests would have taken are open, or failed. Never rejects. */
  opened(): Promise<unknown>;
}

/**
 * A connection that was opened ahead is used within this time, or never. A sandbox may stand still for hours after its
 * initialization, and then nobody is at the other end.
 */
const USED_WITHIN_MS = 5000;
/** As the SDK's own agents. */
const OPTIONS = { keepAlive: true, maxSockets: 50 };

type Connect = (options: object, callback?: unknown) => Duplex;

/** @param now epoch milliseconds */
export function openedAhead(now: () => number): Connections {
  const stages = new AsyncLocalStorage<Stage | undefined>();
  const opening: Promise<void>[] = [];

  function withOpened<A extends HttpAgent>(agent: A): A {
    const connect = (agent.createConnection as Connect).bind(agent);
    const nameOf = agent.getName.bind(agent);
    const ready = new Map<string, { socket: Socket; openedAt: number }>();

    const open = (name: string, options: object) => {
      // Outside of the rehearsal: the connection serves a real request.
      const socket = stages.run(undefined, () => connect(options)) as Socket;
      ready.set(name, { socket, openedAt: now() });
      // It keeps no process alive.
      socket.unref();
      socket.on('error', () => ready.delete(name));
      const event = 'encrypted' in socket ? 'secureConnect' : 'connect';
      opening.push(new Promise((done) => socket.once(event, done).once('close', done)));
    };
    const take = (name: string) => {
      const found = ready.get(name);
      if (!found) return undefined;
      const { socket, openedAt } = found;
      ready.delete(name);
      const age = now() - openedAt;
      if (socket.destroyed || age < 0 || age > USED_WITHIN_MS) {
        socket.destroy();
        return undefined;
      }
      return socket.ref();
    };

    // Rehearsed requests share no connection with real ones.
    agent.getName = (options) => `${nameOf(options)}${stages.getStore() ? ':rehearsed' : ''}`;
    const instead: Connect = (options, callback) => {
      const name = nameOf(options as never);
      const stage = stages.getStore();
      if (!stage) return take(name) ?? connect(options, callback);
      if (!ready.has(name)) open(name, options);
      return new StageConnection(stage);
    };
    agent.createConnection = instead as never;
    return agent;
  }

  return {
    agents: () => ({
      httpAgent: withOpened(new HttpAgent(OPTIONS)),
      httpsAgent: withOpened(new HttpsAgent(OPTIONS)),
    }),
    rehearsed: (stage, work) => stages.run(stage, work),
    opened: () => Promise.all(opening),
  };
}
