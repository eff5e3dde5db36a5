import {
  type ClientConnection,
  createStream,
  type StreamEvent,
  type StreamState,
} from '../../client/src/index.ts';
import { expectRealOrder } from './real-order.ts';
import { clocked, createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** AWS's undocumented behaviour. */
export interface Choices {
  /** When the old peer ends after AWS has made an answer for a new one. */
  afterAnswer: 'cut' | 'untilNewConnects' | 'never';
  /** What the old peer does after its loss was noticed. */
  afterLoss: 'dead' | 'stunOnly' | 'resumes';
  /** The reaction to a reconnect while the session is CONNECTED. */
  whileConnected: 'refuse' | 'accept';
  /** How long a client is silent before AWS notices. */
  noticeMs: number;
  /** What a client hears whose peer was replaced. */
  replacedHears: 'close' | 'terminated' | 'nothing';
}

/** The network between one player and AWS. Times in milliseconds since the stream plays. */
export interface Network {
  /** When media is lost both ways. */
  dark(at: number): boolean;
  /** The loss of the first connection's route alone: it carries nothing, or nothing to the player. */
  firstRoute?(at: number): 'fine' | 'dead' | 'deaf';
  /** Requests during an outage: they hang until the network is back, fail at once, or always arrive. */
  api: 'hangs' | 'fails' | 'reachable';
}

/** From an applied answer to the first packet, on a network that works. */
const CONNECTS_MS = 200;
const ROUND_TRIP_MS = 60;
const TICK_MS = 50;
/** Chromium's own judgement of a silent connection. */
const DISCONNECTED_MS = 6000;
const FAILED_MS = 25_000;
/** When TCP retransmits, counted from the first try. */
const RETRANSMITS_MS = [1000, 3000, 7000, 15_000, 31_000];

type ServerMode = 'stream' | 'stunOnly' | 'dead';

/** AWS's peer of a connection. */
interface Peer {
  id: string;
  mode: ServerMode;
  /** When the client last sent something; undefined before it has connected. */
  heardAt: number | undefined;
}

/** The Web SDK's object, with its observed behaviour. */
export class WorldSdk {
  closed = false;
  attached = false;
  /** The input that it was given, as far as the game received it. */
  peer: Peer | undefined;
  appliedAt: number | undefined;
  readonly offer: string;
  readonly connection: ClientConnection;
  readonly world: World;
  #counters = { frames: 0, packets: 0, pair: 0 };
  #countedAt: number | undefined;
  #lastReport: unknown;
  /** When the last packet came. */
  cameAt = 0;
  state = '';

  constructor(world: World, connection: ClientConnection) {
    this.world = world;
    this.offer = `offer ${world.sdks.length + 1}`;
    this.connection = connection;
    world.sdks.push(this);
  }

  generateSignalRequest = async () => this.offer;

  processSignalResponse = async (answer: string) => {
    if (this.closed) throw new Error('closed');
    const peer = this.world.peers.find(({ id }) => `answer ${id}` === answer);
    if (peer === undefined) throw new Error(`no answer: ${answer}`);
    this.peer = peer;
    this.appliedAt = this.world.now();
    this.cameAt = this.appliedAt;
    // From here on the elements belong to this object.
    this.world.owner = this;
    this.say('connecting');
  };

  attachInput = () => {
    this.attached = true;
  };

  detachInput = () => {
    this.attached = false;
  };

  close = () => {
    if (this.closed) return;
    this.#lastReport = this.#report();
    this.closed = true;
    this.attached = false;
    this.world.left(this);
  };

  /** Once it is closed, always the last report. */
  getVideoRTCStats = async () => (this.closed ? this.#lastReport : this.#report());

  say(state: string): void {
    if (this.state === state || this.closed) return;
    this.state = state;
    this.connection.connectionState(state);
  }

  /** The server's packets that arrive. */
  hears(): ServerMode {
    if (this.closed || this.peer?.heardAt === undefined || this.world.isDeaf(this)) return 'dead';
    return this.peer.mode;
  }

  #report(): unknown {
    const now = this.world.now();
    const elapsed = now - (this.#countedAt ?? now);
    const mode = this.hears();
    if (elapsed > 0 && mode !== 'dead') {
      this.#counters.pair += 1;
      if (mode === 'stream') {
        this.#counters.frames += Math.max(1, Math.round(elapsed / 33));
        this.#counters.packets += Math.max(8, Math.round(elapsed / 4));
      }
    }
    this.#countedAt = now;
    const { frames, packets, pair } = this.#counters;
    return new Map<string, object>([
      ['video', { type: 'inbound-rtp', kind: 'video', packetsReceived: packets, framesDecoded: frames }],
      ['pair', { type: 'candidate-pair', responsesReceived: pair, bytesReceived: 1000 * packets }],
    ]);
  }
}

/** A player, a network and AWS behind the broker, on a virtual clock. None of them is kinder than observed. */
export class World {
  readonly clock: VirtualClock = createVirtualClock();
  readonly sdks: WorldSdk[] = [];
  readonly peers: Peer[] = [];
  readonly states: StreamState[] = [];
  readonly events: StreamEvent[] = [];
  /** What the client told of its losses. */
  readonly reports: Record<string, unknown>[] = [];
  readonly calls: { at: number; method: string; body: Record<string, unknown>; key: string | undefined }[] =
    [];
  /** The object that owns the video element. */
  owner: WorldSdk | undefined;
  status = 'ACTIVE';
  /** How long the player has seen no new frame, in total and without a break. Milliseconds. */
  darkMs = 0;
  longestDarkWhileConnectedMs = 0;
  mostLive = 0;
  mostInFlight = 0;
  /** The stream has ended although the old connection brought a picture. */
  endedWhileItPlayed = false;
  #inFlight = 0;
  mostAttached = 0;
  /** The broker's answer instead of a call to AWS. */
  verdict: { status: number; code: string } | undefined;
  /** Whether the broker does not know `silentMs`. */
  isOldApi = false;
  readonly stream;
  readonly choices: Choices;
  #network: Network;
  #playsAt = Number.POSITIVE_INFINITY;
  #answers = new Map<string, object>();
  #history: string[] = [];
  #darkWhileConnectedMs = 0;
  #client: Peer | undefined;

  constructor(choices: Choices, network: Network) {
    this.choices = choices;
    this.#network = network;
    const { clock } = this;
    expectRealOrder(this.states);
    this.stream = createStream<WorldSdk>({
      api: 'https://api.example',
      streamGroupId: 'sg-1',
      createGameLiftStreams: (connection) => new WorldSdk(this, connection),
      getAccessToken: () => 'token',
      onState: (state) => {
        this.states.push(state);
        // Its object is closed by now. What AWS sent and the network carried counts.
        if (state.name === 'ended') this.endedWhileItPlayed = this.#sawFrames;
      },
      onEvent: (event) => this.events.push(event),
      environment: {
        fetch: (url, init) => this.#fetch(url, init),
        ...clocked(clock),
        events: null,
        online: () => true,
      },
    });
  }

  /** Starts the stream. The network's time begins when it plays. */
  static async playing(choices: Choices, network: Network): Promise<World> {
    const world = new World(choices, network);
    void world.stream.start();
    world.#tick();
    await world.clock.advance(1000);
    if (world.stream.state.name !== 'connected') throw new Error('the stream does not play');
    world.#playsAt = world.now();
    world.darkMs = 0;
    return world;
  }

  now = () => this.clock.now();
  /** Milliseconds since the network's time began. */
  since = () => (this.now() > this.#playsAt ? this.now() - this.#playsAt : 0);
  #isDark = () => this.#network.dark(this.since());
  #route = (sdk: WorldSdk) =>
    (this.since() > 0 && sdk === this.sdks[0] && this.#network.firstRoute?.(this.since())) || 'fine';
  /** Whether nothing reaches this object, and whether nothing of it reaches AWS. */
  isDeaf = (sdk: WorldSdk) => this.#isDark() || this.#route(sdk) !== 'fine';
  #isMute = (sdk: WorldSdk) => this.#isDark() || this.#route(sdk) === 'dead';

  /** Ends the world: all its timers stop. */
  over(): void {
    this.#isOver = true;
  }
  #isOver = false;
  #sawFrames = false;
  #tickedAt = Number.POSITIVE_INFINITY;

  /** The server disconnects every connection. */
  goodbye(reason: string): void {
    for (const sdk of this.sdks) {
      if (!sdk.closed && sdk.appliedAt !== undefined && !this.isDeaf(sdk))
        sdk.connection.serverDisconnect(reason);
    }
  }

  /** Another device of the player takes the session. Its connection starts a new connection history. */
  insist(): void {
    const peer: Peer = { id: 'c-other', mode: 'stream', heardAt: this.now() };
    this.peers.push(peer);
    this.#history = [peer.id];
    if (this.choices.afterAnswer !== 'never') this.#replace(peer);
    this.#client = peer;
    this.status = 'CONNECTED';
  }

  /** A client closed its object. AWS notices if the network carries the close. */
  left(sdk: WorldSdk): void {
    const { peer } = sdk;
    if (peer === undefined || this.#isMute(sdk)) return;
    if (peer === this.#client && peer.mode !== 'dead') this.status = 'PENDING_CLIENT_RECONNECTION';
    peer.mode = 'dead';
  }

  #tick = (): void => {
    if (this.#isOver) return;
    this.clock.setTimeout(this.#tick, TICK_MS);
    const now = this.now();
    // A browser does not count the time that it has slept.
    const sleptMs = now - this.#tickedAt > 1000 ? now - this.#tickedAt : 0;
    this.#tickedAt = now;
    for (const sdk of this.sdks) {
      sdk.cameAt += sleptMs;
      this.#connect(sdk, now);
    }
    const client = this.#client;
    if (client?.heardAt !== undefined && client.mode !== 'dead') {
      const isHeard = this.sdks.some((sdk) => sdk.peer === client && !sdk.closed && !this.#isMute(sdk));
      if (isHeard) client.heardAt = now;
      const isLost = now - client.heardAt >= this.choices.noticeMs;
      if (this.status === 'CONNECTED' && isLost) {
        this.status = 'PENDING_CLIENT_RECONNECTION';
        const { afterLoss } = this.choices;
        client.mode = afterLoss === 'resumes' ? 'stream' : afterLoss;
      }
      if (this.status === 'PENDING_CLIENT_RECONNECTION' && isHeard && client.mode === 'stream')
        this.status = 'CONNECTED';
    }
    this.#judge();
  };

  /** The browser's peer: it connects once it can, and reports its own view of a silence. */
  #connect(sdk: WorldSdk, now: number): void {
    const { peer, appliedAt } = sdk;
    if (sdk.closed || peer === undefined || appliedAt === undefined) return;
    if (peer.heardAt === undefined) {
      if (this.isDeaf(sdk) || peer.mode === 'dead')
        sdk.appliedAt = Math.max(appliedAt, now - CONNECTS_MS / 2);
      else if (now - appliedAt >= CONNECTS_MS) {
        peer.heardAt = now;
        if (this.choices.afterAnswer === 'untilNewConnects') this.#replace(peer);
        this.#client = peer;
        this.status = 'CONNECTED';
      }
      return;
    }
    if (sdk.hears() !== 'dead') {
      sdk.cameAt = now;
      sdk.say('connected');
    } else if (now - sdk.cameAt >= FAILED_MS) sdk.say('failed');
    else if (now - sdk.cameAt >= DISCONNECTED_MS) sdk.say('disconnected');
  }

  /** Ends the peers before a new one. */
  #replace(by: Peer): void {
    for (const peer of this.peers) {
      if (peer === by || peer.mode === 'dead') continue;
      peer.mode = 'dead';
      const sdk = this.sdks.find((each) => each.peer === peer && !each.closed);
      if (sdk === undefined || this.isDeaf(sdk)) continue;
      const { replacedHears } = this.choices;
      if (replacedHears === 'terminated') sdk.connection.serverDisconnect('terminated');
      if (replacedHears !== 'nothing' && !sdk.closed) sdk.connection.channelError(new Event('error'));
    }
  }

  #judge(): void {
    const live = this.sdks.filter(({ closed }) => !closed);
    this.mostLive = Math.max(this.mostLive, live.length);
    this.mostAttached = Math.max(this.mostAttached, live.filter(({ attached }) => attached).length);
    const sees = this.owner?.hears() === 'stream';
    this.#sawFrames = sees;
    if (!sees) this.darkMs += TICK_MS;
    this.#darkWhileConnectedMs =
      sees || this.stream.state.name !== 'connected' ? 0 : this.#darkWhileConnectedMs + TICK_MS;
    this.longestDarkWhileConnectedMs = Math.max(this.longestDarkWhileConnectedMs, this.#darkWhileConnectedMs);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    if (url.endsWith('/recoveries')) {
      this.reports.push(JSON.parse(String(init.body)));
      return new Response(null, { status: 204 });
    }
    const { signal } = init;
    const sentAt = this.now();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    aborted.catch(() => {});
    const pass = (ms: number) => new Promise<void>((resolve) => this.clock.setTimeout(resolve, ms));
    const exchange = async (): Promise<Response> => {
      const isCut = () => this.#network.api !== 'reachable' && this.#isDark();
      await pass(ROUND_TRIP_MS / 2);
      if (isCut() && this.#network.api === 'fails') throw new TypeError('Failed to fetch');
      for (const again of RETRANSMITS_MS) {
        if (!isCut()) break;
        await pass(sentAt + again - this.now());
      }
      if (isCut()) return new Promise(() => {});
      // An aborted request is not sent. One that has arrived takes effect.
      signal?.throwIfAborted();
      const [status, body] = this.#answer(url, init);
      await pass(ROUND_TRIP_MS / 2);
      while (isCut()) await pass(1000);
      return new Response(JSON.stringify(body), { status });
    };
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    return Promise.race([exchange(), aborted]).finally(() => {
      this.#inFlight -= 1;
    });
  }

  /** The broker's answer. */
  #answer(url: string, { method = 'GET', body: text, headers }: RequestInit): [number, object] {
    const body = typeof text === 'string' ? JSON.parse(text) : {};
    const key = new Headers(headers).get('idempotency-key') ?? undefined;
    this.calls.push({ at: this.since(), method, body, key });
    const streamSession = {
      streamGroupId: 'sg-1',
      streamSessionId: 'ss-1',
      status: this.status,
      createdAt: '2026-01-01T00:00:00.000Z',
      connectionTimeoutSeconds: 120,
    };
    const refuse = (status: number, code: string, retry: string, more: object = {}): [number, object] => [
      status,
      { code, retry, status, detail: `${code}.`, ...more },
    ];
    if (method === 'GET') return [200, { streamSession }];
    const known = key === undefined ? undefined : this.#answers.get(key);
    if (known !== undefined) return [201, known];
    if (this.isOldApi && 'silentMs' in body) {
      const detail =
        'silentMs: is not a field of this request; known fields are signalRequest, previousConnectionId';
      return refuse(400, 'invalid_request', 'never', { detail });
    }
    if (this.verdict !== undefined) return refuse(this.verdict.status, this.verdict.code, 'never');
    const isStart = url.endsWith('/streamsessions');
    const previous = body.previousConnectionId;
    if (!isStart && previous !== undefined && !this.#history.includes(previous))
      return refuse(409, 'taken_over', 'never');
    if (this.#answers.has(body.signalRequest)) return refuse(422, 'offer_reused', 'newOffer');
    if (!isStart && this.status === 'CONNECTED' && this.choices.whileConnected === 'refuse') {
      const more = { retryAfterMs: 1000, streamSessionStatus: this.status };
      return refuse(409, 'session_not_reconnectable', 'newOffer', more);
    }
    const peer: Peer = { id: `c-${this.peers.length + 1}`, mode: 'stream', heardAt: undefined };
    this.peers.push(peer);
    this.#history.push(peer.id);
    if (this.choices.afterAnswer === 'cut') this.#replace(peer);
    if (this.status === 'PENDING_CLIENT_RECONNECTION' || this.choices.afterAnswer === 'cut')
      this.status = 'ACTIVE';
    const answer = { streamSession, signalResponse: `answer ${peer.id}`, connectionId: peer.id };
    this.#answers.set(key ?? '', answer);
    this.#answers.set(body.signalRequest, answer);
    return [201, answer];
  }
}

/** A network that is dark at the beginning for some time. */
export function blackout(ms: number, api: Network['api']): Network {
  return { dark: (at) => at > 0 && at <= ms, api };
}
