/** GameLift Streams in memory: its sessions and connections, and its reaction to a repeated client token. */

import { tokenBucket } from '../../bench/storm/simulate-time.ts';
import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';
import type { AwsChoices } from './plan.ts';
import type { CampaignTime } from './time.ts';

/** A connection that AWS accepted, and its offer. */
export interface Accepted {
  offer: string;
  at: number;
}

export interface AwsSession {
  id: string;
  userId: string;
  createdAt: number;
  status: StreamSessionStatus;
  statusReason?: string;
  statusAt: number;
  /** Grows with each change of status. Timers of an earlier status are void. */
  revision: number;
  connectionTimeoutSeconds: number;
  sessionLengthSeconds: number;
  signalResponse?: string;
  /** All connections, the start's first. */
  accepted: Accepted[];
  /** A client uses the newest answer and is connected. */
  held: boolean;
  endedAt?: number;
}

/** AWS's error, as the SDK throws it. */
export function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error('The campaign\u2019s AWS refuses.'), {
    name,
    $metadata: { httpStatusCode },
  });
}

/** AWS gives up after this on a client that never uses its answer. */
const UNHELD_MS = 10_000;
const READY_MS = 300;
const QUOTA = 20;
/** An admin shell is not ready before. */
const SHELL_READY_MS = 5000;

export interface MemoryAws {
  sessions: Map<string, AwsSession>;
  /** Sessions whose termination AWS accepted. */
  ended: string[];
  /** Sessions for which AWS accepted one offer twice. */
  twice: string[];
  /** What the admin shells that AWS opened are called, in their order. */
  shells: string[];
  /** Client tokens that came with different parameters. */
  changed: string[];
  /** Executes an operation. @throws Error as the SDK would */
  act(operation: string, input: Readonly<Record<string, unknown>>): unknown;
  /** A client uses the newest answer. */
  hold(id: string): void;
  drop(id: string): void;
  /** The connection of a dropped client carries again before AWS has noticed. */
  heal(id: string): void;
  /** The publisher's backend starts a session. @returns its id */
  startElsewhere(userId: string): string;
}

const isFinished = ({ status }: AwsSession) => status === 'TERMINATED' || status === 'ERROR';
export const isOverAtAws = (session: AwsSession) => isFinished(session) || session.status === 'TERMINATING';

export function memoryAws(time: CampaignTime, choices: AwsChoices): MemoryAws {
  const sessions = new Map<string, AwsSession>();
  const tokens = new Map<string, { answer: unknown; parameters: string }>();
  const buckets = new Map<string, () => boolean>();
  const aws: MemoryAws = {
    sessions,
    ended: [],
    twice: [],
    shells: [],
    changed: [],
    act,
    hold,
    drop,
    heal,
    startElsewhere,
  };

  function become(session: AwsSession, status: StreamSessionStatus, statusReason?: string): void {
    session.status = status;
    session.statusAt = time.now();
    session.revision++;
    if (statusReason) session.statusReason = statusReason;
    if (isOverAtAws(session)) session.endedAt ??= time.now();
    const { revision } = session;
    const then = (milliseconds: number, act: () => void) =>
      time.after(milliseconds, () => {
        if (session.revision === revision) act();
      });
    const timeout = session.connectionTimeoutSeconds * 1000;
    if (status === 'ACTIVATING') {
      then(choices.activating, () => {
        if (session.accepted[0]?.offer.includes('bad')) become(session, 'ERROR', 'invalidSignalRequest');
        else {
          session.signalResponse = answerTo(session.accepted[0]?.offer ?? '');
          become(session, 'ACTIVE');
        }
      });
    } else if (status === 'ACTIVE') {
      if (session.held) then(READY_MS, () => become(session, 'CONNECTED'));
      else then(timeout, () => become(session, 'TERMINATED', 'connectionTimeout'));
    } else if (status === 'RECONNECTING') {
      then(session.held ? READY_MS : UNHELD_MS, () =>
        become(session, session.held ? 'CONNECTED' : 'PENDING_CLIENT_RECONNECTION'),
      );
    } else if (status === 'CONNECTED') {
      if (!session.held) then(choices.notices, () => become(session, 'PENDING_CLIENT_RECONNECTION'));
    } else if (status === 'PENDING_CLIENT_RECONNECTION') {
      then(timeout, () => become(session, 'TERMINATED', 'reconnectionTimeout'));
    } else if (status === 'TERMINATING') {
      then(choices.terminating, () => become(session, 'TERMINATED', session.statusReason));
    }
  }

  const answerTo = (offer: string) =>
    JSON.stringify({ type: 'answer', sdp: `answer to ${offer.length} ${offer}` });
  const describe = (session: AwsSession) => ({
    Arn: `arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/${session.id}`,
    Status: session.status,
    StatusReason: session.statusReason,
    UserId: session.userId,
    SignalResponse: session.signalResponse,
    ConnectionTimeoutSeconds: session.connectionTimeoutSeconds,
    SessionLengthSeconds: session.sessionLengthSeconds,
    CreatedAt: new Date(session.createdAt),
  });
  function begin(userId: string, accepted: Accepted[], timeout = 120, length = 3600): AwsSession {
    const session: AwsSession = {
      id: `session-${sessions.size + 1}`,
      userId,
      createdAt: time.now(),
      status: 'ACTIVATING',
      statusAt: time.now(),
      revision: 0,
      connectionTimeoutSeconds: timeout,
      sessionLengthSeconds: length,
      accepted,
      held: false,
    };
    sessions.set(session.id, session);
    time.after(length * 1000, () => {
      if (!isOverAtAws(session)) become(session, 'TERMINATED', 'maxSessionLengthTimeout');
    });
    become(session, 'ACTIVATING');
    return session;
  }

  function once(
    operation: string,
    input: Readonly<Record<string, unknown>>,
    run: () => unknown,
    empty: (answer: unknown) => unknown,
  ) {
    const key = `${operation} ${input.ClientToken}`;
    const parameters = JSON.stringify(Object.entries(input).toSorted(([a], [b]) => a.localeCompare(b)));
    const known = tokens.get(key);
    if (!known) {
      const answer = run();
      tokens.set(key, { answer, parameters });
      return answer;
    }
    if (known.parameters !== parameters) aws.changed.push(key);
    if (choices.repeated === 'answer') return known.answer;
    if (choices.repeated === 'answerless') return empty(known.answer);
    throw awsError(choices.repeated === 'conflict' ? 'ConflictException' : 'ValidationException', 409);
  }

  function connect(session: AwsSession, offer: string): unknown {
    const { status } = session;
    const open = status === 'ACTIVE' || status === 'PENDING_CLIENT_RECONNECTION';
    if (!open && !(status === 'CONNECTED' && choices.whileConnected === 'accept')) {
      throw awsError(choices.refusal, choices.refusal === 'ConflictException' ? 409 : 400);
    }
    if (offer.includes('bad')) throw awsError('ValidationException', 400);
    // AWS does not compare offers: only the product can see that this one was used.
    if (session.accepted.some((one) => one.offer === offer)) aws.twice.push(session.id);
    session.accepted.push({ offer, at: time.now() });
    session.held = false;
    session.signalResponse = answerTo(offer);
    become(session, 'RECONNECTING');
    return { SignalResponse: session.signalResponse };
  }

  function act(operation: string, input: Readonly<Record<string, unknown>>): unknown {
    const bucket = buckets.get(operation) ?? tokenBucket(QUOTA, time.now);
    buckets.set(operation, bucket);
    if (!bucket()) throw awsError('ThrottlingException', 429);
    const offer = String(input.SignalRequest);
    if (operation === 'StartStreamSession') {
      const run = () => {
        const used = [...sessions.values()].find(
          (one) => !isOverAtAws(one) && one.accepted[0]?.offer === offer,
        );
        if (used) aws.twice.push(used.id);
        const [timeout, length] = [input.ConnectionTimeoutSeconds, input.SessionLengthSeconds].map(Number);
        return describe(begin(String(input.UserId), [{ offer, at: time.now() }], timeout, length));
      };
      // A repeated start that is answered always returns the session.
      return once(operation, input, run, (answer) => answer);
    }
    const session = sessions.get(String(input.StreamSessionIdentifier));
    if (!session) throw awsError('ResourceNotFoundException', 404);
    if (operation === 'GetStreamSession') {
      if (time.now() - session.createdAt < choices.unknownFor)
        throw awsError('ResourceNotFoundException', 404);
      return describe(session);
    }
    if (operation === 'TerminateStreamSession') {
      if (session.status === 'ACTIVATING') throw awsError('ValidationException', 400);
      if (!isOverAtAws(session)) {
        aws.ended.push(session.id);
        become(session, 'TERMINATING', 'apiTerminated');
      }
      return {};
    }
    if (operation === 'CreateStreamSessionAdminShell') {
      if (isOverAtAws(session) || session.status === 'ACTIVATING') throw awsError('ValidationException', 400);
      // AWS prepares access after the session's start.
      if (time.now() - session.createdAt < SHELL_READY_MS)
        throw awsError('StreamSessionAccessNotReadyException', 409);
      const name = `shell-${aws.shells.push(session.id)}`;
      return { SessionId: name, StreamUrl: `wss://example.com/${name}`, TokenValue: `token-of-${name}` };
    }
    if (operation !== 'CreateStreamSessionConnection')
      throw new Error(`The campaign's AWS knows no ${operation}.`);
    return once(
      operation,
      input,
      () => connect(session, offer),
      () => ({}),
    );
  }

  function hold(id: string): void {
    const session = sessions.get(id);
    if (!session || isOverAtAws(session)) return;
    session.held = true;
    if (session.status === 'ACTIVE' || session.status === 'RECONNECTING') become(session, session.status);
  }

  function drop(id: string): void {
    const session = sessions.get(id);
    if (!session) return;
    session.held = false;
    if (session.status === 'CONNECTED') become(session, 'CONNECTED');
  }

  function heal(id: string): void {
    const session = sessions.get(id);
    if (session?.status !== 'CONNECTED') return;
    session.held = true;
    become(session, 'CONNECTED');
  }

  function startElsewhere(userId: string): string {
    const session = begin(userId, [{ offer: 'NO_CLIENT_CONNECTION', at: time.now() }]);
    return session.id;
  }

  return aws;
}
