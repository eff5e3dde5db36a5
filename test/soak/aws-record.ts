import { digestOf } from './digest.ts';
import type { Violations } from './violations.ts';

/** A StartStreamSession or CreateStreamSessionConnection that a function sent. */
export interface AwsCall {
  operation: 'StartStreamSession' | 'CreateStreamSessionConnection';
  clientToken: string;
  /** As the call names the player: for a start only. */
  userId?: string;
  /** For a connection only. */
  session?: string;
  offer: string;
}

/** A call as the emulator recorded it, also one whose answer was lost. */
export interface RecordedCall {
  operation: string;
  clientToken: string | null;
  status: number | null;
}

/** AWS answers a start with 201 and a connection with 200. */
export const isAccepted = (status: number | null | undefined): boolean =>
  typeof status === 'number' && status >= 200 && status < 300;

/** What AWS accepted: the connections and sessions that it made, by the offer that each was made for. */
export interface AwsRecord {
  sent(call: AwsCall): void;
  /** A call was accepted. @param made the session that a start made, or the answer of a connection */
  answered(call: AwsCall, made: string): void;
  /** Adds the accepted calls whose answers nobody saw. */
  recorded(calls: readonly RecordedCall[]): void;
  /** How many connections AWS made for a session by its own count, against the offers that it accepted for it. Only when nothing is under way. */
  compare(sessions: readonly { id: string; connections: number }[]): void;
  /** How many offers AWS accepted. */
  accepted(): number;
}

/** One client token: what it was sent for, and what AWS made of it. */
interface Token {
  made: Set<string>;
  accepted: boolean;
}

/** One offer of a player for one session, or for a start. */
interface Offer {
  session: string | undefined;
  tokens: Map<string, Token>;
  reported: number;
}

export function createAwsRecord(violations: Violations): AwsRecord {
  const offers = new Map<string, Offer>();
  const offerOfToken = new Map<string, Offer>();

  const entryOf = ({ operation, session, userId, offer, clientToken }: AwsCall) => {
    const key = `${operation} ${session ?? userId} ${digestOf(offer)}`;
    const entry: Offer = offers.get(key) ?? { session, tokens: new Map(), reported: 1 };
    offers.set(key, entry);
    const token = entry.tokens.get(clientToken) ?? { made: new Set(), accepted: false };
    entry.tokens.set(clientToken, token);
    offerOfToken.set(clientToken, entry);
    return { entry, token };
  };
  // A token that was accepted has made one thing, even if nobody saw it.
  const madeBy = ({ tokens }: Offer) =>
    [...tokens.values()].reduce(
      (sum, { accepted, made }) => sum + (accepted ? Math.max(1, made.size) : 0),
      0,
    );
  const judge = (entry: Offer) => {
    const made = madeBy(entry);
    if (made <= entry.reported) return;
    entry.reported = made;
    const what = entry.session === undefined ? 'sessions by one start' : `connections of ${entry.session}`;
    violations.add('double connection', `AWS made ${made} ${what} for one offer`);
  };

  return {
    sent(call) {
      entryOf(call);
    },
    answered(call, made) {
      const { entry, token } = entryOf(call);
      token.accepted = true;
      token.made.add(digestOf(made));
      judge(entry);
    },
    recorded(calls) {
      for (const { clientToken, status } of calls) {
        const entry = isAccepted(status) && clientToken ? offerOfToken.get(clientToken) : undefined;
        const token = entry?.tokens.get(clientToken ?? '');
        if (!entry || !token || token.accepted) continue;
        token.accepted = true;
        judge(entry);
      }
    },
    compare(sessions) {
      const bySession = new Map<string, number>();
      for (const entry of offers.values()) {
        const { session } = entry;
        if (session === undefined) continue;
        bySession.set(session, (bySession.get(session) ?? 0) + madeBy(entry));
      }
      for (const { id, connections } of sessions) {
        // The start's own offer is one more.
        const offered = 1 + (bySession.get(id) ?? 0);
        if (connections > offered) {
          const what = `${id} has had ${connections} connections, and AWS accepted ${offered} offers`;
          violations.add('double connection', what);
        }
      }
    },
    accepted: () => [...offers.values()].filter((entry) => madeBy(entry) > 0).length,
  };
}
