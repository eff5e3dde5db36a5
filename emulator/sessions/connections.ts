import type { Settings } from '../model/settings.ts';
import type { Peer } from '../webrtc/peer.ts';

/** The connections of one stream session: the newest one, and older ones that the settings let live on. */
export class Connections {
  readonly #settings: () => Settings;
  readonly #replaced = new Set<Peer>();
  #newest: Peer | undefined;
  #client: Peer | undefined;

  constructor(settings: () => Settings) {
    this.#settings = settings;
  }

  /** The peer of the newest answer. */
  get newest(): Peer | undefined {
    return this.#newest;
  }

  /** The peer whose client counts as connected, or counted last. It is an older one while the newest has no client yet. */
  get client(): Peer | undefined {
    return this.#client;
  }

  all(): Peer[] {
    return [...this.#replaced, ...(this.#newest ? [this.#newest] : [])];
  }

  /** An answer was made. */
  add(peer: Peer): void {
    if (this.#newest) this.#replaced.add(this.#newest);
    this.#newest = peer;
    if (this.#settings().oldPeerAfterAnswer === 'cut') this.#endReplaced();
  }

  /** A client has connected. */
  connected(peer: Peer): void {
    this.#client = peer;
    if (this.#settings().oldPeerAfterAnswer === 'untilNewConnects') this.#endReplaced();
  }

  /** A client that was connected before counts again. */
  resumed(peer: Peer): void {
    this.#client = peer;
  }

  /** An older peer whose client still plays. */
  playing(): Peer | undefined {
    return [...this.#replaced].findLast((peer) => peer.isPlaying());
  }

  #endReplaced(): void {
    const { replacedPeerHears } = this.#settings();
    for (const peer of this.#replaced) {
      if (replacedPeerHears === 'nothing') peer.drop('blackhole');
      peer.close(replacedPeerHears === 'terminated' ? 'terminated' : undefined);
    }
    this.#replaced.clear();
  }
}
