import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type { Client, Seen } from '../seen.ts';

interface Held {
  readonly sdk: GameLiftStreams;
  readonly peer: RTCPeerConnection;
  readonly seen: Seen;
}

const videoElement = document.querySelector('video') as HTMLVideoElement;
const audioElement = document.querySelector('audio') as HTMLAudioElement;
const held = new Map<string, Held>();

/** The Web SDK keeps its connection to itself. The newest one of the page is that of the newest object. */
let newest: RTCPeerConnection | undefined;
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    newest = this;
  }
};

function get(name: string): Held {
  const found = held.get(name);
  if (found === undefined) throw new Error(`There is no connection ${name}.`);
  return found;
}

const client: Client = {
  async offer(name) {
    const seen: Seen = { frames: 0, iceResponses: 0, states: [], channelErrors: 0, goodbyes: [] };
    newest = undefined;
    const sdk = new GameLiftStreams({
      videoElement,
      audioElement,
      clientConnection: {
        connectionState: (state) => void seen.states.push(state),
        channelError: () => {
          seen.channelErrors += 1;
        },
        serverDisconnect: (reason) => void seen.goodbyes.push(reason),
      },
    });
    const offer = await sdk.generateSignalRequest();
    if (newest === undefined) throw new Error('The Web SDK made no connection.');
    held.set(name, { sdk, peer: newest, seen });
    return offer;
  },
  apply: (name, signalResponse) => get(name).sdk.processSignalResponse(signalResponse),
  close: async (name) => get(name).sdk.close(),
  async seen(name) {
    const { peer, seen } = get(name);
    for (const report of (await peer.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'video') seen.frames = report.framesDecoded ?? 0;
      if (report.type === 'candidate-pair' && report.nominated)
        seen.iceResponses = report.responsesReceived ?? 0;
    }
    return { ...seen };
  },
};

Object.assign(globalThis, { client });
