import { type ErrorName, ServiceError } from '../model/errors.ts';
import { isFinished, type Life, type LifeEvent, startLife } from '../model/lifecycle.ts';
import { createGame, type Game, type GameState } from '../webrtc/game.ts';
import type { Network } from '../webrtc/network.ts';
import type { Offer } from '../webrtc/offer.ts';
import { createOutages, type Drop, type Outages, type OutageView } from '../webrtc/outage.ts';
import type { Peer, PeerContext } from '../webrtc/peer.ts';
import { createShaper, type Shaper } from '../webrtc/shaper.ts';
import { createSignallingPeer } from '../webrtc/signalling-peer.ts';
import { createWebRtcPeer } from '../webrtc/webrtc-peer.ts';
import { createUsedOffers, requireConnectable } from './connection-rules.ts';
import { Connections } from './connections.ts';
import { LifeClock } from './life-clock.ts';
import { usableOffer } from './offer-rules.ts';
import { NO_CLIENT_CONNECTION, type SessionContext, type SessionRequest } from './session-request.ts';
import { createStatusHistory } from './status-history.ts';

/** One stream session: its life, its game, and the peer of its present connection. */
export class StreamSession {
  readonly context: SessionContext;
  readonly request: SessionRequest;
  signalRequest: string;
  firstSignalResponse: string | undefined;
  newestSignalResponse: string | undefined;
  connections = 0;
  /** Where the files go when the session ends. Undefined: nobody asked for them. */
  exportUri: string | undefined;
  readonly history = createStatusHistory();

  readonly #clock: LifeClock;
  #game: Game | undefined;
  readonly #peers: Connections;
  #network: Network | undefined;
  #shaper: Shaper | undefined;
  readonly #outages: Outages;
  #isDisposed = false;
  readonly #usedOffers = createUsedOffers();
  #connecting: Promise<unknown> = Promise.resolve();

  constructor(context: SessionContext, request: SessionRequest) {
    this.context = context;
    this.request = request;
    this.#peers = new Connections(context.settings);
    this.signalRequest = request.SignalRequest;
    this.#usedOffers.add(request.SignalRequest);
    this.#outages = createOutages(context.clock, () => this.#outageEnded());
    const start = startLife(
      context.clock.now(),
      request.ConnectionTimeoutSeconds,
      request.SessionLengthSeconds,
    );
    this.#clock = new LifeClock(
      start,
      context.settings,
      (before) => this.#statusChanged(before),
      context.clock,
    );
  }

  get life(): Life {
    return this.#clock.life;
  }

  /** What the game shows; undefined before it has started. */
  get gameState(): GameState | undefined {
    return this.#game?.state();
  }

  get peerKind(): Peer['kind'] | null {
    return this.#peers.newest?.kind ?? null;
  }

  /** The player's bad network; undefined: one that works. It lasts over reconnects. */
  get network(): Network | undefined {
    return this.#network;
  }

  set network(network: Network | undefined) {
    this.#network = network;
    this.#shaper = network && createShaper(network, performance.now(), this.context.random);
  }

  /** The outage that loses the player's packets now; undefined: none. */
  get outage(): OutageView | undefined {
    return this.#outages.view();
  }

  /** Capacity was found: the application starts, and the first offer is answered. */
  async place(): Promise<void> {
    this.dispatch({ type: 'placed' });
    if (this.signalRequest === NO_CLIENT_CONNECTION) return this.dispatch({ type: 'answered' });
    const offer = usableOffer(this.signalRequest, this.context.settings());
    try {
      if (!offer && this.context.settings().unusableOfferAtStart !== 'accept')
        throw new Error('not an answerable offer');
      await this.#answer(offer);
    } catch {
      return this.dispatch({ type: 'end', reason: 'invalidSignalRequest' });
    }
    if (isFinished(this.life)) return this.#peers.newest?.close();
    this.dispatch({ type: 'answered' });
  }

  /**
   * Answers a client's offer. What becomes of the client that was connected before is a setting. Calls for one session are served one
   * after another.
   * @returns the signal response
   * @throws ServiceError when the status does not allow it, or the offer is unusable
   */
  connect(signalRequest: string): Promise<string> {
    const response = this.#connecting.then(() => this.#connect(signalRequest));
    this.#connecting = response.catch(() => {});
    return response;
  }

  async #connect(signalRequest: string): Promise<string> {
    const requireNow = () =>
      requireConnectable(
        { id: this.context.id, status: this.life.status, usedOffers: this.#usedOffers },
        signalRequest,
        this.context.settings(),
      );
    requireNow();
    const settings = this.context.settings();
    const refusal = settings.unusableOfferAtConnection;
    const unusable = (name: ErrorName) =>
      new ServiceError(name, 'SignalRequest is not an offer that can be answered.');
    const offer = usableOffer(signalRequest, settings);
    if (!offer && refusal !== 'accept') throw unusable(refusal);
    let response: string;
    try {
      response = await this.#answer(offer, requireNow);
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw unusable(refusal === 'accept' ? 'ValidationException' : refusal);
    }
    this.#usedOffers.add(signalRequest);
    this.signalRequest = signalRequest;
    this.dispatch({ type: 'connectionRequested' });
    if (this.life.status === 'ACTIVE') this.#peers.newest?.ready();
    return response;
  }

  /**
   * Makes the peer for an offer, or one that nobody connects with for an unusable one, and replaces the one before where the settings say so.
   * @param checkAgain throws when the session must not be connected any more once the peer is made
   */
  async #answer(offer: Offer | undefined, checkAgain: () => void = () => {}): Promise<string> {
    const peer = await this.#makePeer(offer);
    try {
      if (this.#isDisposed) throw new Error('the emulator has ended meanwhile');
      checkAgain();
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

  async #makePeer(offer: Offer | undefined): Promise<Peer> {
    const settings = this.context.settings;
    let peer: Peer | undefined;
    const peerContext: PeerContext = {
      game: this.#startGame(),
      events: {
        connected: () => {
          const { status } = this.life;
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
          if (this.life.status === 'PENDING_CLIENT_RECONNECTION') this.#resume(peer);
          else this.#resumeOlder();
        },
      },
      sharesPerformanceStats: this.request.PerformanceStatsConfiguration?.SharedWithClient === true,
      silenceSeconds: () => Math.max(settings().lossNoticeSeconds, settings().clientSilenceSeconds),
      shaper: () => this.#shaper,
      carries: (direction) => this.#outages.carries(peer, direction),
      mediaAddress: this.context.mediaAddress,
    };
    peer =
      !offer || offer.kind === 'signalling' || settings().peer === 'signalling'
        ? createSignallingPeer(peerContext, {
            clock: this.context.clock,
            connectSeconds: () => (offer ? settings().signallingConnectSeconds : 'never'),
          })
        : await createWebRtcPeer(offer, peerContext);
    return peer;
  }

  /** While the newest answer has no client yet, an older client that still plays keeps the session CONNECTED. */
  #resumeOlder(): void {
    if (this.life.status === 'ACTIVE') this.#resume(this.#peers.playing());
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
   * Cuts the client off: for good, or by an outage that can end again. A client behind a dead downlink counts as connected, since its
   * packets still reach the game.
   * @returns false when no client is connected, or it is cut off already
   */
  drop(drop: Drop): boolean {
    if (this.life.status !== 'CONNECTED' || this.life.lostAt !== undefined) return false;
    if (drop.how === 'blackout' || drop.how === 'downlink') {
      this.#outages.begin(drop, this.#peers.client);
      for (const peer of this.#peers.all()) peer.outageBegan();
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
    if (isOver) this.#outageEnded();
    return isOver;
  }

  #outageEnded(): void {
    this.dispatch({ type: 'clientFound' });
    for (const peer of this.#peers.all()) peer.outageEnded();
    this.#resumeOlder();
  }

  dispatch(event: LifeEvent): void {
    this.#clock.dispatch(event);
  }

  /** Call it when a setting has changed a duration. */
  tick(): void {
    this.#clock.tick();
    if (this.life.status === 'ACTIVE') this.#peers.newest?.ready();
  }

  #statusChanged(before: Life): void {
    const { status, statusReason } = this.life;
    this.history.record(this.life);
    if (status === 'ACTIVE') {
      this.#startGame();
      this.#peers.newest?.ready();
      this.#resumeOlder();
    }
    if (status === 'PENDING_CLIENT_RECONNECTION')
      this.#peers.client?.countAsLost(this.context.settings().oldPeerAfterLoss);
    if (isFinished(this.life) && !isFinished(before)) {
      this.#game?.stop();
      for (const peer of this.#peers.all())
        peer.close(statusReason === 'idleTimeout' ? 'idle' : 'terminated');
      this.#outages.end();
      this.context.onFinished();
    }
  }

  /** Closes everything, at the emulator's end. */
  dispose(): void {
    this.#isDisposed = true;
    this.#clock.stop();
    this.#outages.end();
    for (const peer of this.#peers.all()) peer.close();
  }
}
