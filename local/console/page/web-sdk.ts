import type { WebSdkPerformanceStats } from '../../../client/src/web-sdk.ts';
import {
  type Arguments,
  type ClientConnection,
  checkArguments,
  knownConfiguration,
  type StreamConfiguration,
  type Version,
} from './web-sdk/arguments.ts';
import { type InputModule, loadInputModule } from './web-sdk/input-module.ts';
import { type ClientRtc, configure, openConnection, signalRequestOf } from './web-sdk/offer.ts';
import { type Received, show } from './web-sdk/playback.ts';
import { readStats, type Stats } from './web-sdk/stats.ts';

/** What an object is bound to, from its construction to `close()`, and again from an offer after that. */
interface Connection {
  readonly rtc: ClientRtc;
  readonly received: Received;
  state: 'new' | 'offered' | 'applied' | 'closed';
  input?: InputModule;
  /** What the statistics were when it was closed. */
  lastStats?: Stats;
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
  #connection: Connection;
  #microphone: MediaStreamTrack | undefined;

  /** @param version which one to be like; the SDK itself takes the first argument alone */
  constructor(given: Arguments, version: Version = '1.2.0') {
    checkArguments(given, version);
    this.#arguments = given;
    this.#callbacks = given.clientConnection ?? {};
    this.#configuration = knownConfiguration(given.streamConfiguration ?? {}, version);
    this.#version = version;
    this.#connection = this.#open();
  }

  #open(): Connection {
    const connection: Connection = { rtc: openConnection(), received: {}, state: 'new' };
    const { rtcPeerConnection: peer, rtcDataChannel, rtcClientMessageChannel } = connection.rtc;
    peer.ontrack = (event) => show(event, connection.received, this.#arguments, this.#version);
    peer.onconnectionstatechange = () => this.#callbacks.connectionState?.(peer.connectionState);
    for (const channel of [rtcDataChannel, rtcClientMessageChannel])
      channel.onerror = (error) => this.#callbacks.channelError?.(error);
    return connection;
  }

  /** Makes an offer. Throws while bound to a connection; `close()` unbinds, also after a failure here. */
  async generateSignalRequest(): Promise<string> {
    if (this.#connection.state === 'closed') this.#connection = this.#open();
    const connection = this.#connection;
    if (connection.state === 'applied') throw new Error('already bound to a connection: close() first');
    const { rtcPeerConnection: peer } = connection.rtc;
    // Until an answer is applied it may be asked for another offer.
    if (connection.state === 'new') await configure(peer, this.#configuration, this.#microphone);
    connection.state = 'offered';
    return signalRequestOf(peer, this.#version);
  }

  /**
   * Applies the answer; resolves when it is applied, which is before anything is connected. When the browser refuses the answer,
   * the input module made for it stays: `close()` before anything else.
   */
  async processSignalResponse(signalResponse: string): Promise<void> {
    const connection = this.#connection;
    if (connection.state === 'applied') throw new Error('already bound to a connection: close() first');
    if (connection.state !== 'offered') throw new Error('no offer is waiting: generateSignalRequest() first');
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
      ...(this.#version === '1.2.0' && {
        onPerformanceStatsReceived: (stats: WebSdkPerformanceStats) =>
          this.#callbacks.performanceStats?.(stats),
      }),
    });
    await connection.rtc.rtcPeerConnection.setRemoteDescription({ type: 'answer', sdp });
    if (connection.state === 'offered') connection.state = 'applied';
  }

  /** @throws Error unless an answer is applied */
  attachInput(): void {
    this.#streaming().input?.attach();
  }

  /** @throws Error unless an answer is applied */
  detachInput(): void {
    this.#streaming().input?.detach();
  }

  #streaming(): Connection {
    if (this.#connection.state !== 'applied') throw new Error('not streaming: no answer is applied');
    return this.#connection;
  }

  processKeyboardEvent(event: KeyboardEvent): boolean {
    return this.#connection.input?.processKeyboardEvent(event) ?? false;
  }

  processMouseEvent(event: MouseEvent): boolean {
    return this.#connection.input?.processMouseEvent(event) ?? false;
  }

  processGamepads(): boolean {
    return this.#connection.input?.pollTrackedGamepads() ?? false;
  }

  addGamepad(gamepad: Gamepad): boolean {
    const event = new GamepadEvent('gamepadconnected', { gamepad });
    return this.#connection.input?.processGamepadEvent(event) ?? false;
  }

  removeGamepad(gamepad: Gamepad): boolean {
    const event = new GamepadEvent('gamepaddisconnected', { gamepad });
    return this.#connection.input?.processGamepadEvent(event) ?? false;
  }

  /** Bytes for the application, 64 KB at most. False when they can't be sent now. */
  sendApplicationMessage(message: Uint8Array): boolean {
    return this.#connection.input?.sendApplicationMessage(message) ?? false;
  }

  /** Takes a microphone into the offer. Each object needs it anew, and one that was closed takes none any more. */
  async enableMicrophone(constraints: MediaTrackConstraints = {}): Promise<void> {
    if (this.#connection.state !== 'new')
      throw new Error(
        'the microphone comes before generateSignalRequest(), on an object that was never closed',
      );
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
    [this.#microphone] = stream.getAudioTracks();
  }

  /**
   * Leaves the connection; the same object may make another offer afterwards. The elements keep what they last played: after an answer
   * was applied they are black, also where another object still streams.
   */
  close(): void {
    const connection = this.#connection;
    if (connection.state === 'closed') return;
    connection.input?.detach();
    delete connection.input;
    connection.lastStats = this.#stats();
    connection.state = 'closed';
    const { rtcPeerConnection, rtcDataChannel, rtcClientMessageChannel } = connection.rtc;
    rtcClientMessageChannel.close();
    rtcDataChannel.close();
    rtcPeerConnection.close();
    this.#microphone?.stop();
    this.#microphone = undefined;
  }

  /** Each of these tells of the whole connection until its track is there; of a closed object it is the last report, for ever. */
  getVideoRTCStats(): Promise<RTCStatsReport> {
    return this.#stats().video;
  }

  getAudioRTCStats(): Promise<RTCStatsReport> {
    return this.#stats().audio;
  }

  getMicrophoneRTCStats(): Promise<RTCStatsReport> {
    return this.#stats().microphone;
  }

  getInputRTCStats(): Promise<RTCStatsReport> {
    return this.#stats().input;
  }

  #stats(): Stats {
    const { rtc, received, lastStats } = this.#connection;
    return lastStats ?? readStats(rtc.rtcPeerConnection, received, this.#microphone);
  }
}
