/** What a connection of the page has seen. */
export interface Seen {
  /** Video frames decoded so far. */
  frames: number;
  /** Responses to the browser's ICE checks so far: a peer that sends them is not dead, though it may send no stream. */
  iceResponses: number;
  /** The browser's `connectionState`, the newest last. */
  states: string[];
  /** Errors of data channels. */
  channelErrors: number;
  /** Reasons of the server's goodbyes. */
  goodbyes: string[];
}

/** A client of GameLift Streams that does what it is told, one connection a name. */
export interface Client {
  /** Makes a Web SDK object and its offer. */
  offer(name: string): Promise<string>;
  /** Applies an answer to the offer of that name. */
  apply(name: string, signalResponse: string): Promise<void>;
  close(name: string): Promise<void>;
  seen(name: string): Promise<Seen>;
}
