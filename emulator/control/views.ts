import type { SessionStatus, StatusReason } from '../model/lifecycle.ts';
import type { StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import type { Network } from '../webrtc/network.ts';
import type { OutageView } from '../webrtc/outage.ts';

/** A stream session as a test sees it: more than AWS tells. */
export interface SessionView {
  id: string;
  streamGroupId: string;
  status: SessionStatus;
  statusReason: StatusReason | null;
  userId: string | null;
  /** Ticks ten times a second from the start of the game, and nothing restarts it. */
  counter: number;
  /** Input events over all connections. */
  inputs: number;
  /** The keys held down now, by their codes, such as `KeyW`. */
  keys: readonly string[];
  /** Application messages over all connections. */
  messages: number;
  microphonePackets: number;
  /** How many clients have connected. */
  connections: number;
  /** Which peer has made the newest answer; null before the first. */
  peer: 'webrtc' | 'signalling' | null;
  network: Network | null;
  outage: OutageView | null;
  /** ISO 8601. */
  createdAt: string;
}

export interface StreamGroupView {
  id: string;
  status: string;
  /** How many sessions it can stream at once; null: any number. */
  capacity: number | null;
  applications: readonly string[];
  locations: readonly string[];
}

export function showSession(session: StreamSession): SessionView {
  const { context, request, life, gameState } = session;
  return {
    id: context.id,
    streamGroupId: context.streamGroupId,
    status: life.status,
    statusReason: life.statusReason ?? null,
    userId: request.UserId ?? null,
    counter: gameState?.counter ?? 0,
    inputs: gameState?.inputs ?? 0,
    keys: gameState?.keys ?? [],
    messages: gameState?.messages ?? 0,
    microphonePackets: gameState?.microphonePackets ?? 0,
    connections: session.connections,
    peer: session.peerKind,
    network: session.network ?? null,
    outage: session.outage ?? null,
    createdAt: new Date(life.createdAt).toISOString(),
  };
}

export const showGroup = ({
  id,
  status,
  capacity,
  applications,
  locations,
}: StreamGroup): StreamGroupView => ({
  id,
  status,
  capacity: capacity ?? null,
  applications,
  locations,
});
