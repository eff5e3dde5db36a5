import { PeerConnection, Video } from 'node-datachannel';
import { retain } from '../../emulator/webrtc/webrtc.ts';

interface GameState {
  type: string;
  counter: number;
  inputs: number;
  connection: number;
  reason?: string;
}

/** A stand-in for a browser: makes an offer without candidates, as the Web SDK does, then receives video and messages. */
export interface Player {
  signalRequest: string;
  accept(signalResponse: string): void;
  messages: GameState[];
  /** RTP packets of the video track, in order of arrival. */
  packets: Buffer[];
  /** Whether both channels are open. */
  isConnected(): boolean;
  /** Whether either side has closed the connection. */
  isClosed(): boolean;
  /** @param text a key pressed when absent */
  sendInput(text?: string): void;
  /** Sends an application message, which the game sends back. */
  sendMessage(text: string): void;
  close(): void;
}

export async function createPlayer(): Promise<Player> {
  const connection = new PeerConnection('player', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
  });
  const messages: GameState[] = [];
  const packets: Buffer[] = [];
  let closed = false;

  const video = new Video('video', 'RecvOnly');
  video.addH264Codec(97, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  const track = retain(connection.addTrack(video));
  track.onMessage((packet) => {
    // RTCP comes on the same track: where RTP has the payload type, its packet types read as 64 to 95.
    const type = (packet[1] ?? 0) & 0x7f;
    if (type < 64 || type > 95) packets.push(packet);
  });
  const input = retain(connection.createDataChannel('inputChannel', { unordered: true, maxRetransmits: 0 }));
  const channel = retain(connection.createDataChannel('clientMessageChannel'), () => {
    closed = true;
  });
  channel.onMessage((message) => {
    const text = String(message);
    if (text.startsWith('{')) messages.push(JSON.parse(text));
  });

  const sdp = await new Promise<string>((resolve) => {
    connection.onLocalDescription(resolve);
    connection.setLocalDescription('offer');
  });
  const bare = sdp.split(/\r?\n/).filter((line) => !/^a=(candidate|end-of-candidates)/.test(line));
  return {
    // LF alone, as in the official Web SDK.
    signalRequest: JSON.stringify({ type: 'offer', sdp: bare.join('\n'), webSdkVersion: '1.2.0' }),
    accept: (signalResponse) => {
      connection.setRemoteDescription(JSON.parse(signalResponse).sdp, 'answer');
    },
    messages,
    packets,
    isConnected: () => channel.isOpen() && input.isOpen(),
    isClosed: () => closed,
    sendInput: (
      text = JSON.stringify({ type: 'keydown', code: 'Space', on: track.mid(), via: channel.getLabel() }),
    ) => {
      input.sendMessage(text);
    },
    sendMessage: (text) => {
      channel.sendMessageBinary(Buffer.from(text));
    },
    close: () => connection.close(),
  };
}
