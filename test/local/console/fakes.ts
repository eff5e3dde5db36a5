import type { ClientConnection, StreamSession } from '../../../client/src/index.ts';
import type { Emulator } from '../../../local/console/page/emulator.ts';
import type { Remembered } from '../../../local/console/page/memory.ts';
import { type Model, SIGNED_OUT } from '../../../local/console/page/model.ts';
import { createPlay } from '../../../local/console/page/play.ts';

/** A session as the API shows it. */
export const session: StreamSession = {
  streamGroupId: 'sg-1',
  streamSessionId: 'ss-1',
  status: 'ACTIVE',
  createdAt: '2026-01-01T00:00:00.000Z',
  connectionTimeoutSeconds: 120,
};

interface Reply {
  status: number;
  body: unknown;
}

/** An answer to start, status or reconnect. */
export const answer = (connectionId: string): Reply => ({
  status: 201,
  body: { streamSession: session, signalResponse: `answer for ${connectionId}`, connectionId },
});

/** The caller's live sessions. */
export const mine = (...streamSessions: StreamSession[]): Reply => ({
  status: 200,
  body: { streamSessions },
});

/** A refusal of the API's. */
export const refuse = (code: string, retry: string, more: object = {}): Reply => ({
  status: 409,
  body: { code, retry, status: 409, detail: `${code}.`, ...more },
});

type Callbacks = ClientConnection & { applicationMessage(message: Uint8Array): void };

/** The Web SDK's object in front of a game: it decodes a frame each time it is asked while it flows. */
class FakeSdk {
  flows = true;
  frames = 0;
  closed = false;
  readonly says: Callbacks;
  constructor(says: Callbacks) {
    this.says = says;
  }
  generateSignalRequest = async () => 'an offer';
  processSignalResponse = async () => undefined;
  close = () => {
    this.closed = true;
  };
  getVideoRTCStats = async () => {
    if (this.flows) this.frames += 1;
    const { frames } = this;
    return new Map([
      ['v', { type: 'inbound-rtp', kind: 'video', framesDecoded: frames, packetsReceived: frames }],
    ]);
  };
  count(counter: number): void {
    this.says.applicationMessage(new TextEncoder().encode(JSON.stringify({ type: 'state', counter })));
  }
}

/** A player before an API whose replies are given in order, with the client library as it is. */
export function createBench({ remembered }: { remembered?: Remembered } = {}) {
  const requests: { method: string; path: string; body: Record<string, unknown> }[] = [];
  const replies: (Reply | Error)[] = [];
  const connections: FakeSdk[] = [];
  const told: string[] = [];
  let emulatorRefuses = false;
  let model: Model = SIGNED_OUT;

  const tell = (what: string) => async () => {
    if (emulatorRefuses) throw new Error('The emulator refuses this.');
    told.push(what);
  };
  const emulator: Emulator = {
    cut: (_session, how) => tell(`cut ${how}`)(),
    slow: (_session, on) => tell(`slow ${on}`)(),
    throttle: (on) => tell(`throttle ${on}`)(),
    injectedFaults: async () => ({ slow: false, throttled: false }),
  };
  const play = createPlay({
    api: 'https://api.example',
    streamGroupId: 'sg-1',
    application: 'a-1',
    createSdk(callbacks) {
      const sdk = new FakeSdk(callbacks);
      connections.push(sdk);
      return sdk;
    },
    getAccessToken: () => 'a token',
    emulator,
    changed: (next) => {
      model = next;
    },
    lost: () => undefined,
    remembered,
    environment: {
      locks: null,
      random: () => 0,
      async fetch(url, { method = 'GET', body }) {
        requests.push({ method, path: new URL(url).pathname, body: JSON.parse(String(body ?? '{}')) });
        const reply = replies.shift();
        if (reply === undefined) throw new Error(`unexpected ${method} ${url}`);
        if (reply instanceof Error) throw reply;
        return new Response(JSON.stringify(reply.body), { status: reply.status });
      },
    },
  });

  return {
    play,
    requests,
    replies,
    told,
    model: () => model,
    kinds: () => model.moments.map(({ kind }) => kind),
    refuseTrouble: () => {
      emulatorRefuses = true;
    },
    /** The connection there is. */
    connection(): FakeSdk {
      const last = connections.at(-1);
      if (last === undefined) throw new Error('no connection was made');
      return last;
    },
    /** Signs in without a session and starts one; its counter stands at 100. */
    async playing(pass: (ms: number) => Promise<unknown>): Promise<void> {
      replies.push(mine(), answer('c-1'));
      await play.begin('alice');
      const started = play.start();
      await pass(100);
      await started;
      this.connection().count(100);
    },
  };
}
