import { createServer } from 'node:net';

/** The TCP ports of one local deployment: six in a row. */
export interface Ports {
  console: number;
  api: number;
  identity: number;
  gameLiftStreams: number;
  table: number;
  operatorApi: number;
}

export const DEFAULT_BASE_PORT = 4600;

/** The ports from a base on. */
export function portsFrom(base: number): Ports {
  return {
    console: base,
    api: base + 1,
    identity: base + 2,
    gameLiftStreams: base + 3,
    table: base + 4,
    operatorApi: base + 5,
  };
}

/**
 * A base port from a command line.
 * @throws Error in one sentence when it is none.
 */
export function parseBasePort(text: string): number {
  const base = Number(text);
  if (!/^\d+$/.test(text) || base < 1024 || base > 65_530) {
    throw new Error(
      `--port takes a number from 1024 to 65530, not "${text}": six ports from there on are used.`,
    );
  }
  return base;
}

/**
 * Makes sure that nothing listens on any of the ports yet.
 * @throws Error in one sentence naming the port in use.
 */
export async function requireFree(ports: Ports): Promise<void> {
  for (const port of Object.values(ports)) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (!free) {
      throw new Error(
        `Port ${port} is in use. Stop what listens there, or move everything: npm start -- --port N`,
      );
    }
  }
}

/** Below the ports that an operating system gives to connections: none takes a port between the check and the start. */
const FREE = { from: 10_000, to: 32_000 };
const SPACE = Math.floor((FREE.to - FREE.from) / 6);
/** Far apart even for processes that started one after another: between a look and the use of a port, seconds may pass. */
let attempt = process.pid * 2267;

/**
 * A base port whose six ports are free at the moment. For tests and benches, of which several may run at once: each process begins to
 * look at another port, and goes on from the last one.
 */
export async function freeBasePort(): Promise<number> {
  for (;;) {
    const base = FREE.from + (attempt % SPACE) * 6;
    attempt += 1;
    const free = await requireFree(portsFrom(base)).then(
      () => true,
      () => false,
    );
    if (free) return base;
  }
}
