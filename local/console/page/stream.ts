/** A connection to the game: the Web SDK's object, or one of its shape. */
export interface Stream {
  generateSignalRequest(): Promise<string>;
  processSignalResponse(signalResponse: string): Promise<void>;
  attachInput(): void;
  close(): void;
  /** Decoded on this connection so far. */
  framesDecoded(): Promise<number>;
}

/** What a stream reports, in the Web SDK's names. */
export interface StreamEvents {
  connectionState(state: string): void;
  channelError(): void;
  serverDisconnect(reason: string): void;
  applicationMessage(message: Uint8Array): void;
}
