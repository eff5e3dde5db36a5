/**
 * A stand-in for Amazon's GameLift Streams Web SDK, which may not be copied here: the same method names and shape, and
 * what the SDK was observed to do. A page that uses this one works with the real one.
 */
const VERSION = '1.2.0';

/** Callbacks of the connection, as the SDK names them. */
export interface ClientConnection {
  connectionState?(state: RTCPeerConnectionState): void;
  channelError?(error: Event): void;
  /** `idle` or `terminated`: the server's own goodbye. */
  serverDisconnect?(reason: string): void;
  applicationMessage?(message: Uint8Array): void;
}

interface Arguments {
  videoElement: HTMLVideoElement;
  audioElement?: HTMLAudioElement;
  clientConnection?: ClientConnection;
}

interface InputModule {
  attach(): void;
  detach(): void;
}

declare global {
  interface Window {
    GameCastInputModule?: { GameCastInput: new (options: Record<string, unknown>) => InputModule };
  }
}

interface Connection {
  peer: RTCPeerConnection;
  input?: InputModule;
}

export class GameLiftStreams {
  readonly #video: HTMLVideoElement;
  readonly #audio: HTMLAudioElement | undefined;
  readonly #callbacks: ClientConnection;
  #connection: Connection | undefined;

  constructor({ videoElement, audioElement, clientConnection = {} }: Arguments) {
    this.#video = videoElement;
    this.#audio = audioElement;
    this.#callbacks = clientConnection;
  }

  /** Makes an offer. The SDK adds no ICE candidates: the answering side learns this one's address from its checks. */
  async generateSignalRequest(): Promise<string> {
    if (this.#connection !== undefined) throw new Error('already bound to a connection: close() first');
    const peer = new RTCPeerConnection();
    this.#connection = { peer };
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addTransceiver('video', { direction: 'recvonly' });
    const input = peer.createDataChannel('inputChannel', { ordered: false, maxRetransmits: 0 });
    const messages = peer.createDataChannel('clientMessageChannel');
    messages.binaryType = 'arraybuffer';

    peer.ontrack = ({ track }) => this.#play(track);
    peer.onconnectionstatechange = () => this.#callbacks.connectionState?.(peer.connectionState);
    for (const channel of [input, messages])
      channel.onerror = (error) => this.#callbacks.channelError?.(error);
    messages.onmessage = ({ data }) => this.#receive(bytesOf(data));

    const offer = await peer.createOffer();
    const sdp = offer.sdp ?? '';
    if (!/a=rtpmap:\d+ H264\//i.test(sdp)) throw new Error('this browser can’t decode H.264 in WebRTC');
    await peer.setLocalDescription(offer);
    const features = [{ name: 'WEBRTC_SPLIT_MEDIA_STREAMS', value: 'enabled' }];
    return JSON.stringify({ type: 'offer', sdp, webSdkVersion: VERSION, extras: { features } });
  }

  /** Applies the answer; resolves when it is applied, which is before anything is connected. */
  async processSignalResponse(signalResponse: string): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error('no offer is waiting: generateSignalRequest() first');
    const { sdp, type, webSdkProtocolUrl } = JSON.parse(signalResponse) as Record<string, unknown>;
    if (typeof sdp !== 'string' || type !== 'answer' || typeof webSdkProtocolUrl !== 'string') {
      throw new Error('the signal response is no answer');
    }
    await loadScript(webSdkProtocolUrl);
    const Input = window.GameCastInputModule?.GameCastInput;
    if (Input === undefined) throw new Error('the input module did not load');
    connection.input = new Input({
      webSdkVersion: VERSION,
      signalResponse,
      videoElement: this.#video,
      inputConfiguration: {},
      clientRtc: connection.peer,
      debugLog: () => undefined,
      onServerDisconnect: (reason: string) => this.#callbacks.serverDisconnect?.(reason),
      onApplicationMessageReceived: () => undefined,
    });
    await connection.peer.setRemoteDescription({ type: 'answer', sdp });
  }

  attachInput(): void {
    this.#connection?.input?.attach();
  }

  detachInput(): void {
    this.#connection?.input?.detach();
  }

  /** Leaves the connection; the same object may make another offer afterwards. */
  close(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    connection.input?.detach();
    connection.peer.onconnectionstatechange = null;
    connection.peer.close();
  }

  async getVideoRTCStats(): Promise<RTCStatsReport | undefined> {
    const peer = this.#connection?.peer;
    const receiver = peer?.getReceivers().find(({ track }) => track.kind === 'video');
    return receiver?.getStats();
  }

  /** The SDK leaves both to the input module, whose ways are unpublished: the stand-in reads the channel itself. */
  #receive(message: Uint8Array): void {
    const reason = goodbyeIn(message);
    if (reason === undefined) this.#callbacks.applicationMessage?.(message);
    else this.#callbacks.serverDisconnect?.(reason);
  }

  #play(track: MediaStreamTrack): void {
    const element = track.kind === 'video' ? this.#video : this.#audio;
    if (element === undefined) return;
    element.srcObject = new MediaStream([track]);
    // A browser may refuse sound until the player has touched the page; the picture is muted and always may.
    element.play().catch(() => undefined);
  }
}

function bytesOf(data: unknown): Uint8Array {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new TextEncoder().encode(String(data));
}

function goodbyeIn(message: Uint8Array): string | undefined {
  try {
    const said = JSON.parse(new TextDecoder().decode(message)) as Record<string, unknown> | null;
    return said?.type === 'serverDisconnect' && typeof said.reason === 'string' ? said.reason : undefined;
  } catch {
    return undefined;
  }
}

function loadScript(address: string): Promise<void> {
  const present = [...document.scripts].some(
    ({ src, dataset }) => src === address && dataset.loaded === 'true',
  );
  if (present) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.crossOrigin = 'anonymous';
    script.src = address;
    script.onload = () => {
      script.dataset.loaded = 'true';
      resolve();
    };
    script.onerror = () => {
      script.remove();
      reject(new Error('the input module could not be loaded'));
    };
    document.head.append(script);
  });
}
