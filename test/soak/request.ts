/** What players ask of the API. */
export const ROUTES = ['start', 'status', 'sessions', 'reconnect', 'terminate'] as const;
export type Route = (typeof ROUTES)[number];

/** A request as its player means it. To repeat it is to send exactly this again. */
export interface PlayerRequest {
  route: Route;
  /** The player's number. */
  player: number;
  session?: string;
  offer?: string;
  key?: string;
  /** `previousConnectionId`. */
  named?: string;
  /** The session is another player's. */
  foreign?: boolean;
}

/** An answer as it came over the network. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: AnswerBody | undefined;
}

interface SessionBody {
  streamSessionId: string;
  status: string;
}

/** The members of any answer that a player looks at. */
export interface AnswerBody {
  code?: string;
  retry?: 'same' | 'newOffer' | 'never';
  retryAfterMs?: number;
  connectionId?: string;
  streamSession?: SessionBody;
  streamSessions?: SessionBody[];
}

export const isGranted = ({ status }: Answer): boolean => status < 300;

/** The sessions that an answer tells of. */
export function sessionsIn({ json }: Answer): string[] {
  return [json?.streamSession ?? [], json?.streamSessions ?? []]
    .flat()
    .map(({ streamSessionId }) => streamSessionId);
}
