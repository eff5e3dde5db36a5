import type { StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import type { SessionView, StreamGroupView } from './emulator-control.ts';

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
