import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on this machine that can fail. */
export interface TcpProxy {
  /** Its base URL. */
  url: string;
  /** Breaks connections, each with a probability. */
  cut(probability: () => boolean): void;
  /** Passes nothing on until the time is over, and then everything. */
  stall(milliseconds: number): void;
  /**
   * Takes everything and answers nothing: connections that exist, and those made until the time is over. Such a connection never answers again, like one
   * whose other end has vanished.
   */
  deafen(milliseconds: number): void;
  /** Ends a stall or deafness now. */
  heal(): void;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
  /** The far side's answers are thrown away. */
  deaf: boolean;
}

/** @param target the base URL of the service behind it; its port is needed only when a connection comes */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let state: 'open' | 'stalled' | 'deaf' = 'open';
  let timer: NodeJS.Timeout | undefined;

  const flow = ({ near, far }: Pair) => {
    for (const socket of [near, far]) {
      if (state === 'stalled') socket.pause();
      else socket.resume();
    }
  };
  const become = (next: typeof state, milliseconds?: number) => {
    clearTimeout(timer);
    state = next;
    for (const pair of pairs) {
      if (next === 'deaf') pair.deaf = true;
      flow(pair);
    }
    if (milliseconds !== undefined) timer = setTimeout(() => become('open'), milliseconds);
  };

  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    const pair: Pair = { near, far, deaf: state === 'deaf' };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    // Whatever ends one side ends the other. Errors of a cut connection are what this proxy is for.
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.on('data', (data) => void far.write(data));
    far.on('data', (data) => {
      if (!pair.deaf) near.write(data);
    });
    flow(pair);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening);
  });
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut(isCut) {
      for (const { near, far } of pairs) {
        if (!isCut()) continue;
        near.resetAndDestroy();
        far.destroy();
      }
    },
    stall: (milliseconds) => become('stalled', milliseconds),
    deafen: (milliseconds) => become('deaf', milliseconds),
    heal: () => become('open'),
    close: () =>
      new Promise((done) => {
        clearTimeout(timer);
        server.close(() => done());
        for (const { near, far } of pairs) {
          near.destroy();
          far.destroy();
        }
      }),
  };
}
