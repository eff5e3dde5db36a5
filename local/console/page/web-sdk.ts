import {
  type Arguments,
  type ClientConnection,
  checkArguments,
  knownConfiguration,
  type StreamConfiguration,
  type Version,
} from './web-sdk/arguments.ts';
import { type InputModule, loadInputModule } from './web-sdk/input-module.ts';
import { type ClientRtc, openConnection, signalRequestOf } from './web-sdk/offer.ts';

interface Connection {
  rtc?: ClientRtc;
  input?: InputModule;
}

/**
 * A stand-in for Amazon's GameLift Streams Web SDK, which may not be copied here: the same method names and shape, and what
 * versions 1.0 to 1.2 were observed to do, their traps included. A page that uses this one works with the real one.
 */
export class GameLiftStreams {
  readonly #arguments: Arguments;
  readonly #callbacks: ClientConnection;
  readonly #configuration: StreamConfiguration;
  readonly #version: Version;
  #connection: Connection | undefined;
  #microphone: MediaStreamTrack | undefined;

  /** @param version which one to be like; the SDK itself takes the first argument alone */
  constructor(given: Arguments, version: Version = '1.2.0') {
    checkArguments(given, version);
    this.#arguments = given;
    this.#callbacks = given.clientConnection ?? {};
    this.#configuration = knownConfiguration(given.streamConfiguration ?? {}, version);
    this.#version = version;
  }

  /** Makes an offer. Throws while bound to a connection; `close()` unbinds, also after a failure here. */
  async generateSignalRequest(): Promise<string> {
    if (this.#connection !== undefined) throw new Error('already bound to a connection: close() first');
    const connection: Connection = {};
    this.#connection = connection;
    const rtc = await openConnection(this.#configuration, this.#microphone);
    if (this.#connection !== connection) {
      rtc.rtcPeerConnection.close();
      throw new Error('closed meanwhile');
    }
    connection.rtc = rtc;
    const peer = rtc.rtcPeerConnection;
    peer.ontrack = ({ track }) => this.#play(track);
    peer.onconnectionstatechange = () => this.#callbacks.connectionState?.(peer.connectionState);
    for (const channel of [rtc.rtcDataChannel, rtc.rtcClientMessageChannel])
      channel.onerror = (error) => this.#callbacks.channelError?.(error);
    return signalRequestOf(peer, this.#version, this.#configuration.maximumKbps);
  }

  /**
   * Applies the answer; resolves when it is applied, which is before anything is connected. When the browser refuses the answer,
   * the input module made for it stays: `close()` before anything else.
   */
  async processSignalResponse(signalResponse: string): Promise<void> {
    const connection = this.#connection;
    if (connection?.rtc === undefined) throw new Error('no offer is waiting: generateSignalRequest() first');
    const { sdp, type, webSdkProtocolUrl } = JSON.parse(signalResponse) as Record<string, unknown>;
    if (typeof sdp !== 'string' || type !== 'answer' || typeof webSdkProtocolUrl !== 'string') {
      throw new Error('the signal response is no answer');
    }
    connection.input ??= await loadInputModule(webSdkProtocolUrl, {
      webSdkVersion: this.#version,
      signalResponse,
      videoElement: this.#arguments.videoElement,
      inputConfiguration: this.#arguments.inputConfiguration ?? {},
      clientRtc: connection.rtc,
      debugLog: () => undefined,
      onServerDisconnect: (reason) => this.#callbacks.serverDisconnect?.(reason),
      onApplicationMessageReceived: (message) => this.#callbacks.applicationMessage?.(message),
    });
    await connection.rtc.rtcPeerConnection.setRemoteDescription({ type: 'answer', sdp });
  }

  attachInput(): void {
    this.#connection?.input?.attach();
  }

  detachInput(): void {
    this.#connection?.input?.detach();
  }

  processKeyboardEvent(event: KeyboardEvent): boolean {
    return this.#connection?.input?.processKeyboardEvent(event) ?? false;
  }

  processMouseEvent(event: MouseEvent): boolean {
    return this.#connection?.input?.processMouseEvent(event) ?? false;
  }

  processGamepads(): boolean {
    return this.#connection?.input?.pollTrackedGamepads() ?? false;
  }

  addGamepad(gamepad: Gamepad): boolean {
    const event = new GamepadEvent('gamepadconnected', { gamepad });
    return this.#connection?.input?.processGamepadEvent(event) ?? false;
  }

  removeGamepad(gamepad: Gamepad): boolean {
    const event = new GamepadEvent('gamepaddisconnected', { gamepad });
    return this.#connection?.input?.processGamepadEvent(event) ?? false;
  }

  /** Bytes for the application, 64 KB at most. False when they can't be sent now. */
  sendApplicationMessage(message: Uint8Array): boolean {
    return this.#connection?.input?.sendApplicationMessage(message) ?? false;
  }

  /** Takes a microphone into the offers from now on. */
  async enableMicrophone(constraints: MediaTrackConstraints = {}): Promise<void> {
    if (this.#connection !== undefined)
      throw new Error('the microphone comes before generateSignalRequest()');
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
    [this.#microphone] = stream.getAudioTracks();
  }

  /** Leaves the connection; the same object may make another offer afterwards. */
  close(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    connection.input?.detach();
    if (connection.rtc === undefined) return;
    const { rtcPeerConnection } = connection.rtc;
    rtcPeerConnection.onconnectionstatechange = null;
    rtcPeerConnection.close();
  }

  /** Each of these is undefined while there is no connection. */
  async getVideoRTCStats(): Promise<RTCStatsReport | undefined> {
    return this.#receiver('video')?.getStats();
  }

  async getAudioRTCStats(): Promise<RTCStatsReport | undefined> {
    return this.#receiver('audio')?.getStats();
  }

  async getMicrophoneRTCStats(): Promise<RTCStatsReport | undefined> {
    const senders = this.#connection?.rtc?.rtcPeerConnection.getSenders();
    return senders?.find(({ track }) => track !== null && track === this.#microphone)?.getStats();
  }

  async getInputRTCStats(): Promise<RTCStatsReport | undefined> {
    return this.#connection?.rtc?.rtcPeerConnection.getStats();
  }

  #receiver(kind: 'audio' | 'video'): RTCRtpReceiver | undefined {
    const receivers = this.#connection?.rtc?.rtcPeerConnection.getReceivers();
    return receivers?.find(({ track }) => track.kind === kind);
  }

  #play(track: MediaStreamTrack): void {
    const { videoElement, audioElement } = this.#arguments;
    const element = track.kind === 'audio' && audioElement !== undefined ? audioElement : videoElement;
    // Sound without an element of its own joins the picture.
    const tracks = this.#connection?.rtc?.rtcPeerConnection.getReceivers().map((receiver) => receiver.track);
    const playing = (tracks ?? []).filter(({ kind }) => kind === track.kind || audioElement === undefined);
    element.srcObject = new MediaStream(playing);
    // A browser may refuse sound until the player has touched the page; the picture is muted and always may.
    element.play().catch(() => undefined);
  }
}
