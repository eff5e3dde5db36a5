import { createHash } from 'node:crypto';
import { ServiceError } from '../model/errors.ts';
import {
  advance,
  apply,
  isFinished,
  type Life,
  type LifeEvent,
  nextChangeAt,
  startLife,
} from '../model/lifecycle.ts';
import type { Settings } from '../model/settings.ts';
import { createGame, type Game, type GameState } from '../webrtc/game.ts';
import type { Network } from '../webrtc/network.ts';
import { type Offer, parseOffer } from '../webrtc/offer.ts';
import { createOutages, type Drop, type OutageView } from '../webrtc/outage.ts';
import type { Peer, PeerContext } from '../webrtc/peer.ts';
import { createShaper, type Shaper } from '../webrtc/shaper.ts';
import { createSignallingPeer } from '../webrtc/signalling-peer.ts';
import { createWebRtcPeer } from '../webrtc/webrtc-peer.ts';
import { Connections } from './connections.ts';
import { createStatusHistory, type StatusHistory } from './status-history.ts';

/** The signal request of a session that is started before its client exists. */
export const NO_CLIENT_CONNECTION = 'NO_CLIENT_CONNECTION';

/** What StartStreamSession was asked for, checked and completed. */
export interface SessionRequest {
  SignalRequest: string;
  ConnectionTimeoutSeconds: number;
  SessionLengthSeconds: number;
  Protocol: string;
  UserId?: string;
  Description?: string;
  RoleArn?: string;
  AdditionalLaunchArgs?: readonly string[];
  AdditionalEnvironmentVariables?: Readonly<Record<string, string>>;
  PerformanceStatsConfiguration?: { SharedWithClient?: boolean };
  DisplayConfiguration?: object;
}

export interface SessionContext {
  id: string;
  arn: string;
  streamGroupId: string;
  location: string;
  applicationArn: string;
  webSdkProtocolUrl: string;
  settings: () => Settings;
  random: () => number;
  /** Called once, when the session has ended and holds no capacity any more. */
  onFinished: () => void;
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64');

/** setTimeout's longest delay. A session that sleeps longer is looked at in between. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** One stream session: its life, its game, and the peer of its present connection. */
export class StreamSession {
  readonly context: SessionContext;
  readonly request: SessionRequest;
  signalRequest: string;
  firstSignalResponse: string | undefined;
  newestSignalResponse: string | undefined;
  connections = 0;
  readonly history: StatusHistory;

  #life: Life;
  #game: Game | undefined;
  readonly #peers: Connections;
  #timer: NodeJS.Timeout | undefined;
  #network: Network | undefined;
  #shaper: Shaper | undefined;
  readonly #outages = createOutages(() => this.#restored());
  #isDisposed = false;
  readonly #offersSeen = new Set<string>();
  #connecting: Promise<unknown> = Promise.resolve();

  constructor(context: SessionContext, request: SessionRequest) {
    this.context = context;
    this.request = request;
    this.#peers = new Connections(context.settings);
    this.signalRequest = request.SignalRequest;
    this.#offersSeen.add(digest(request.SignalRequest));
    this.#life = startLife(Date.now(), request.ConnectionTimeoutSeconds, request.SessionLengthSeconds);
    this.history = createStatusHistory(this.#life);
    this.#schedule();
  }

  get life(): Life {
    return this.#life;
  }

  /** What the game shows; undefined before it has started. */
  get gameState(): GameState | undefined {
    return this.#game?.state();
  }

  get peerKind(): Peer['kind'] | null {
    return this.#peers.newest?.kind ?? null;
  }

  /** The bad network that the player sits behind; undefined: one that works. It lasts over reconnects. */
  get network(): Network | undefined {
    return this.#network;
  }

  set network(network: Network | undefined) {
    this.#network = network;
    this.#shaper = network && createShaper(network, performance.now(), this.context.random);
  }

  /** What the player's packets are lost by now; undefined: nothing. */
  get outage(): OutageView | undefined {
    return this.#outages.view();
  }

  /** Capacity was found: the application starts, and the first offer is answered. */
  async place(): Promise<void> {
    this.dispatch({ type: 'placed' });
    if (this.signalRequest === NO_CLIENT_CONNECTION) return this.dispatch({ type: 'answered' });
    try {
      await this.#answer(this.signalRequest);
    } catch {
      return this.dispatch({ type: 'end', reason: 'invalidSignalRequest' });
    }
    if (isFinished(this.#life)) return this.#peers.newest?.close();
    this.dispatch({ type: 'answered' });
  }

  /**
   * A client asks for the session: its offer is answered. What becomes of whoever was connected before is a setting. Calls for one
   * session are served one after another.
   * @returns the signal response
   * @throws ServiceError when the status does not allow it, or the offer is unusable
   */
  connect(signalRequest: string): Promise<string> {
    const turn = this.#connecting.then(() => this.#connect(signalRequest));
    this.#connecting = turn.catch(() => {});
    return turn;
  }

  async #connect(signalRequest: string): Promise<string> {
    this.#judgeConnection(signalRequest);
    let response: string;
    try {
      response = await this.#answer(signalRequest, () => this.#judgeConnection(signalRequest));
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError('ValidationException', 'SignalRequest is not an offer that can be answered.');
    }
    this.#offersSeen.add(digest(signalRequest));
    this.signalRequest = signalRequest;
    this.dispatch({ type: 'connectionRequested' });
    if (this.#life.status === 'ACTIVE') this.#peers.newest?.ready();
    return response;
  }

  #judgeConnection(signalRequest: string): void {
    const settings = this.context.settings();
    const { status } = this.#life;
    const refusals: Partial<Record<Life['status'], Settings['connectWhileConnected']>> = {
      ACTIVATING: settings.connectWhileActivating,
      CONNECTED: settings.connectWhileConnected,
      RECONNECTING: settings.connectWhileReconnecting,
      TERMINATING: settings.connectWhileTerminating,
      TERMINATED: settings.connectWhenFinished,
      ERROR: settings.connectWhenFinished,
    };
    const refusal = refusals[status] ?? 'accept';
    if (refusal !== 'accept') {
      throw new ServiceError(
        refusal,
        `Stream session ${this.context.id} is ${status}: it does not take a connection.`,
      );
    }
    if (signalRequest === NO_CLIENT_CONNECTION) {
      throw new ServiceError(
        'ValidationException',
        `SignalRequest must not be ${NO_CLIENT_CONNECTION} here.`,
      );
    }
    if (settings.reusedOffer !== 'accept' && this.#offersSeen.has(digest(signalRequest))) {
      throw new ServiceError(settings.reusedOffer, 'SignalRequest was already used in this stream session.');
    }
  }

  /** Makes the peer for an offer, and puts it in the place of the one before where the settings say so. */
  async #answer(signalRequest: string, judgeAgain: () => void = () => {}): Promise<string> {
    const { peer: wanted } = this.context.settings();
    const offer = parseOffer(signalRequest);
    if (!offer || (wanted === 'webrtc' && offer.kind !== 'webrtc'))
      throw new Error('not an answerable offer');
    const peer = await this.#makePeer(offer);
    try {
      if (this.#isDisposed) throw new Error('the emulator has ended meanwhile');
      judgeAgain();
    } catch (error) {
      peer.close();
      throw error;
    }
    this.#peers.add(peer);
    const response = JSON.stringify({
      type: 'answer',
      sdp: peer.sdp,
      webSdkProtocolUrl: this.context.webSdkProtocolUrl,
    });
    this.firstSignalResponse ??= response;
    this.newestSignalResponse = response;
    return response;
  }

  async #makePeer(offer: Offer): Promise<Peer> {
    const settings = this.context.settings;
    let peer: Peer | undefined;
    const peerContext: PeerContext = {
      game: this.#startGame(),
      events: {
        connected: () => {
          const { status } = this.#life;
          if (!peer || !['ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION'].includes(status)) return;
          this.connections += 1;
          this.#startGame().nextConnection();
          this.#peers.connected(peer);
          this.dispatch({ type: 'clientConnected' });
        },
        lost: () => {
          if (peer === this.#peers.client) this.dispatch({ type: 'clientLost', noticed: true });
          peer?.countAsLost(settings().oldPeerAfterLoss);
        },
        found: () => {
          if (this.#life.status === 'PENDING_CLIENT_RECONNECTION') this.#resume(peer);
          else this.#resumeOlder();
        },
      },
      silenceSeconds: () => Math.max(settings().lossNoticeSeconds, settings().clientSilenceSeconds),
      shaper: () => this.#shaper,
      carries: (direction) => this.#outages.carries(peer, direction),
    };
    peer =
      offer.kind === 'signalling' || settings().peer === 'signalling'
        ? createSignallingPeer(peerContext)
        : await createWebRtcPeer(offer, peerContext);
    return peer;
  }

  /** While the newest answer has no client yet, an older client that still plays keeps the session CONNECTED. */
  #resumeOlder(): void {
    if (this.#life.status === 'ACTIVE') this.#resume(this.#peers.playing());
  }

  #resume(peer: Peer | undefined): void {
    if (!peer) return;
    this.#peers.resumed(peer);
    this.dispatch({ type: 'clientConnected' });
  }

  #startGame(): Game {
    this.#game ??= createGame(() => this.dispatch({ type: 'input' }));
    return this.#game;
  }

  /**
   * Cuts the client off: for good, or by an outage that can end again. A client behind a dead downlink counts as connected, since the
   * game still hears of it.
   * @returns false when no client is connected, or it is cut off already
   */
  drop(drop: Drop): boolean {
    if (this.#life.status !== 'CONNECTED' || this.#life.lostAt !== undefined) return false;
    if (drop.how === 'blackout' || drop.how === 'downlink') {
      this.#outages.begin(drop, this.#peers.client);
      for (const peer of this.#peers.all()) peer.darkened();
      if (drop.how === 'blackout') this.dispatch({ type: 'clientLost', noticed: false });
      return true;
    }
    this.#outages.end();
    this.#peers.client?.drop(drop.how);
    this.dispatch({ type: 'clientLost', noticed: drop.how === 'close' });
    return true;
  }

  /** Ends an outage: packets get through again. @returns false when there is none */
  restore(): boolean {
    const isOver = this.#outages.end();
    if (isOver) this.#restored();
    return isOver;
  }

  #restored(): void {
    this.dispatch({ type: 'clientFound' });
    for (const peer of this.#peers.all()) peer.restored();
    this.#resumeOlder();
  }

  dispatch(event: LifeEvent): void {
    this.tick();
    const before = this.#life;
    this.#life = apply(before, event, Date.now());
    this.#react(before);
    if (event.type !== 'input') this.tick();
  }

  /** Does what is due, then sleeps until the next change. Call it too when a setting has changed a duration. */
  tick(): void {
    const now = Date.now();
    // Step by step, so that nothing that happens on the way is left out.
    for (;;) {
      const at = nextChangeAt(this.#life, this.context.settings());
      if (at === undefined || at > now) break;
      const before = this.#life;
      this.#life = advance(before, at, this.context.settings());
      this.#react(before);
    }
    this.#schedule();
  }

  #react(before: Life): void {
    const { status, statusReason } = this.#life;
    if (status === before.status) return;
    this.history.record(this.#life);
    if (status === 'ACTIVE') {
      this.#startGame();
      this.#peers.newest?.ready();
      this.#resumeOlder();
    }
    if (status === 'PENDING_CLIENT_RECONNECTION')
      this.#peers.client?.countAsLost(this.context.settings().oldPeerAfterLoss);
    if (isFinished(this.#life) && !isFinished(before)) {
      this.#game?.stop();
      for (const peer of this.#peers.all())
        peer.close(statusReason === 'idleTimeout' ? 'idle' : 'terminated');
      this.#outages.end();
      this.context.onFinished();
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isDisposed) return;
    const at = nextChangeAt(this.#life, this.context.settings());
    if (at === undefined) return;
    const delay = Math.min(MAX_DELAY_MS, Math.max(0, at - Date.now()));
    this.#timer = setTimeout(() => this.tick(), delay).unref();
  }

  /** Lets go of everything, at the emulator's end. */
  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#outages.end();
    for (const peer of this.#peers.all()) peer.close();
  }
}
