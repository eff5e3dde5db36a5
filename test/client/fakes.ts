import {
  type ClientConnection,
  createStream,
  type Environment,
  type LocksLike,
  type StreamEvent,
  type StreamOptions,
  type StreamSession,
  type StreamState,
} from '../../client/src/index.ts';
import { expectRealOrder } from './real-order.ts';
import { clocked, createVirtualClock, settle } from './virtual-clock.ts';

/** A session as the API shows it. */
export const session: StreamSession = {
  streamGroupId: 'sg-1',
  streamSessionId: 'ss-1',
  status: 'CONNECTED',
  createdAt: '2026-01-01T00:00:00.000Z',
  connectionTimeoutSeconds: 120,
};

/** A reply of the fake API: JSON with a status, a failure, or a request that hangs. */
export type Reply =
  | { status: number; body?: unknown; headers?: Record<string, string>; afterMs?: number }
  | 'unreachable'
  | 'hangs';

/** A granted connection. */
export function granted(
  connectionId: string,
  more: object = {},
  headers: Record<string, string> = {},
): Reply {
  const body = {
    streamSession: session,
    signalResponse: `answer for ${connectionId}`,
    connectionId,
    ...more,
  };
  return { status: 201, body, headers };
}

/** A refusal of the API's own. */
export function refused(status: number, code: string, retry: string, more: object = {}): Reply {
  return {
    status,
    body: {
      type: `urn:rejoin:problem:${code}`,
      title: code,
      status,
      detail: `${code}.`,
      code,
      retry,
      ...more,
    },
    headers: { 'content-type': 'application/problem+json' },
  };
}

/** What the API lists. */
export function listed(...streamSessions: StreamSession[]): Reply {
  return { status: 200, body: { streamSessions } };
}

/** A report of a loss that waits to be sent has left after so many milliseconds. */
export const REPORTED_WITHIN_MS = 120_000;

/** A request as it arrived. */
export interface Call {
  at: number;
  method: string;
  path: string;
  token: string;
  key: string | undefined;
  contentType: string | undefined;
  text: string | undefined;
  body: Record<string, unknown>;
}

/** A fake of the Web SDK's object. Its packets grow while media flows. */
export class FakeSdk {
  /** Whether media comes, and with it a picture. */
  flows = true;
  /** Whether any packet comes. */
  lives = true;
  /** Whether a frame can be decoded. */
  decodes = true;
  closed = false;
  /** How often input was attached, and whether it is attached. */
  inputs = 0;
  attached = false;
  answered: string | undefined;
  readonly name: string;
  readonly connection: ClientConnection;
  #frames = 0;
  #packets = 0;
  #others = 0;

  constructor(name: string, connection: ClientConnection) {
    this.name = name;
    this.connection = connection;
  }

  async generateSignalRequest(): Promise<string> {
    return this.name;
  }

  async processSignalResponse(signalResponse: string): Promise<void> {
    this.answered = signalResponse;
  }

  attachInput(): void {
    this.inputs += 1;
    this.attached = true;
  }

  detachInput(): void {
    this.attached = false;
  }

  close(): void {
    this.closed = true;
    this.attached = false;
  }

  async getVideoRTCStats(): Promise<unknown> {
    if (this.answered !== undefined && this.lives) {
      this.#others += 1;
      if (this.flows) this.#packets += 10;
      if (this.flows && this.decodes) this.#frames += 1;
    }
    return new Map<string, object>([
      ['codec', { type: 'codec', payloadType: 96 }],
      [
        'video',
        { type: 'inbound-rtp', kind: 'video', packetsReceived: this.#packets, framesDecoded: this.#frames },
      ],
      ['pair', { type: 'candidate-pair', bytesReceived: 1000 * this.#packets + this.#others }],
    ]);
  }
}

/** `navigator.locks` of one browser. */
export function fakeLocks(): LocksLike {
  const holders = new Map<string, (error: Error) => void>();
  const queue: { name: string; run: () => void }[] = [];
  const request: LocksLike['request'] = (name, { steal, signal }, callback) =>
    new Promise((resolve, reject) => {
      const run = () => {
        const own = (error: Error) => reject(error);
        holders.set(name, own);
        callback()
          .then(resolve, reject)
          .finally(() => {
            if (holders.get(name) !== own) return;
            holders.delete(name);
            const next = queue.findIndex((waiting) => waiting.name === name);
            if (next >= 0) queue.splice(next, 1)[0]?.run();
          });
      };
      const holder = holders.get(name);
      if (holder === undefined) return run();
      if (steal) {
        holder(new DOMException('stolen', 'AbortError'));
        return run();
      }
      const waiting = { name, run };
      queue.push(waiting);
      signal?.addEventListener('abort', () => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  return { request };
}

/** A player on a virtual clock, with an API that gives the replies in order. */
export function createPlayer(
  options: Partial<StreamOptions<FakeSdk>> & {
    clock?: ReturnType<typeof createVirtualClock>;
    /** Called with each new SDK object, before it is used. */
    made?: (sdk: FakeSdk) => void;
  } = {},
) {
  const clock = options.clock ?? createVirtualClock();
  const replies: (Reply | (() => Reply))[] = [];
  const calls: Call[] = [];
  /** What the client told of its losses, apart from the requests that somebody waits for. */
  const reports: (Call & { init: RequestInit })[] = [];
  const reporting = { reply: { status: 204 } as Reply };
  const sdks: FakeSdk[] = [];
  const states: StreamState[] = [];
  const log: { at: number; name: string }[] = [];
  const events: StreamEvent[] = [];
  const listeners = new Map<() => void, string>();
  const network = { online: true };
  const inFlight = { now: 0, most: 0 };
  const tokens = { rejected: [] as (string | undefined)[] };

  async function fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const text = typeof init.body === 'string' ? init.body : undefined;
    const call = {
      at: clock.now(),
      method: init.method ?? 'GET',
      path: url.replace('https://api.example', ''),
      token: (headers.get('authorization') ?? '').replace('Bearer ', ''),
      key: headers.get('idempotency-key') ?? undefined,
      contentType: headers.get('content-type') ?? undefined,
      text,
      body: text === undefined ? {} : JSON.parse(text),
    };
    if (url.endsWith('/recoveries')) {
      reports.push({ ...call, init });
      return answerOf(reporting.reply, init);
    }
    calls.push(call);
    const next = replies.shift() ?? 'hangs';
    const reply = typeof next === 'function' ? next() : next;
    inFlight.now += 1;
    inFlight.most = Math.max(inFlight.most, inFlight.now);
    try {
      return await answerOf(reply, init);
    } finally {
      inFlight.now -= 1;
    }
  }

  function answerOf(reply: Reply, { signal }: RequestInit): Promise<Response> {
    return new Promise<Response>((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason));
      if (reply === 'hangs') return;
      if (reply === 'unreachable') return reject(new TypeError('Failed to fetch'));
      const { status, body, headers, afterMs } = reply;
      const answer = () => {
        const said = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
        resolve(new Response(said ?? null, { status, headers: headers ?? {} }));
      };
      if (afterMs === undefined) answer();
      else clock.setTimeout(answer, afterMs);
    });
  }

  const environment: Environment = {
    fetch,
    ...clocked(clock),
    events: {
      addEventListener: (type, listener) => listeners.set(listener, type),
      removeEventListener: (_type, listener) => listeners.delete(listener),
    },
    visible: () => true,
    online: () => network.online,
    ...options.environment,
  };

  expectRealOrder(states);
  const stream = createStream<FakeSdk>({
    api: 'https://api.example',
    streamGroupId: 'sg-1',
    createGameLiftStreams(connection) {
      const sdk = new FakeSdk(`offer ${sdks.length + 1}`, connection);
      sdks.push(sdk);
      options.made?.(sdk);
      return sdk;
    },
    getAccessToken({ rejected }) {
      tokens.rejected.push(rejected);
      return rejected === undefined ? 'token' : 'token 2';
    },
    onState(state) {
      states.push(state);
      log.push({ at: clock.now(), name: state.name });
    },
    onEvent: (event) => events.push(event),
    ...options,
    environment,
  });

  async function happens(type: string): Promise<void> {
    for (const [listener, of] of [...listeners]) if (of === type) listener();
    await settle();
  }

  return {
    clock,
    stream,
    environment,
    replies,
    calls,
    reports,
    reporting,
    sdks,
    states,
    /** When each state began. */
    log,
    events,
    tokens,
    inFlight,
    listeners,
    /** The names of the states so far, without repetitions. */
    names: () => states.map(({ name }) => name).filter((name, index, all) => name !== all[index - 1]),
    /** The events of one kind. */
    eventsOf: <Name extends StreamEvent['name']>(name: Name) =>
      events.filter((event): event is Extract<StreamEvent, { name: Name }> => event.name === name),
    /** The newest SDK object. */
    sdk(): FakeSdk {
      const last = sdks.at(-1);
      if (last === undefined) throw new Error('no connection was made');
      return last;
    },
    goOffline() {
      network.online = false;
    },
    async goOnline() {
      network.online = true;
      await happens('online');
    },
    /** The player closes the tab, or goes to another page. */
    leavesPage: () => happens('pagehide'),
    /** Starts a session that plays at once. */
    async playing(): Promise<void> {
      replies.push(granted('c-1'));
      const started = stream.start();
      await clock.advance(100);
      await started;
    },
  };
}
