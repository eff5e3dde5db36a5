import {
  CreateStreamSessionConnectionCommand,
  GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
  TerminateStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';
import type { Connections } from '../initialization/connections.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { sdkLogger } from '../observability/sdk-logger.ts';
import { AwsFailure, awsFailureKind, isUncertain } from './aws-failure.ts';
import { MIN_ATTEMPT_MS, nextRetryDelayMs } from './retry.ts';

/** When a call must have come to an end (epoch milliseconds), the sources of time and chance, and where its cost is counted. */
export interface CallBudget {
  deadline: number;
  now: () => number;
  random: () => number;
  /** Of the request that the call is made for. */
  metrics: RequestMetrics;
  /** Calls come on tickets, and so does the repetition of a throttled one: it is not repeated here. */
  paced?: boolean;
}

/** The part of GetStreamSession's and StartStreamSession's answers that the broker uses. */
export interface AwsStreamSession {
  arn: string | undefined;
  status: StreamSessionStatus;
  statusReason: string | undefined;
  userId: string | undefined;
  location: string | undefined;
  signalResponse: string | undefined;
  connectionTimeoutSeconds: number | undefined;
  sessionLengthSeconds: number | undefined;
  /** Epoch milliseconds, like the next. */
  createdAt: number | undefined;
  lastUpdatedAt: number | undefined;
}

/** Longer for both, where an emulator is slow for want of a processor, or holds a call because a test says so. */
const givenTimeoutMs = process.env.GAMELIFTSTREAMS_TIMEOUT_MS;
/** No single attempt may take longer: half of the shortest total budget, so that a second one fits. */
const ATTEMPT_TIMEOUT_MS = Number(givenTimeoutMs ?? 4000);
const CONNECT_TIMEOUT_MS = Number(givenTimeoutMs ?? 1000);

/** What the SDK's errors have in common. */
interface SdkError {
  name?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const clients = new Map<string, GameLiftStreamsClient>();
let connections: Pick<Connections, 'agents'> | undefined;

/** Gives the clients that are made from now on these connections instead of the SDK's own. */
export function connectBy(given: Pick<Connections, 'agents'>): void {
  connections = given;
}

/** One client a Region for the life of the sandbox, so that connections are reused. */
export function clientFor(region: string): GameLiftStreamsClient {
  let client = clients.get(region);
  if (!client) {
    client = new GameLiftStreamsClient({
      region,
      // Retries are ours: the SDK waits up to a second per throttle and knows nothing of the lease's time.
      maxAttempts: 1,
      logger: sdkLogger,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, ...connections?.agents() },
    });
    clients.set(region, client);
  }
  return client;
}

/**
 * Calls AWS until it answers, refuses for good, or the budget is spent.
 *
 * @throws AwsFailure with the last attempt's kind; uncertain if any attempt's outcome is unknown.
 */
export async function call<T>(attempt: (signal: AbortSignal) => Promise<T>, budget: CallBudget): Promise<T> {
  let uncertain = false;
  for (let failures = 1; ; failures++) {
    const left = budget.deadline - budget.now();
    // An attempt that begins too late can't be answered, and would only use up the offer.
    if (failures === 1 && left < MIN_ATTEMPT_MS) throw new AwsFailure('timeout', false);
    const begun = performance.now();
    try {
      return await attempt(AbortSignal.timeout(Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, left))));
    } catch (error) {
      const { name, code, $metadata } = error as SdkError;
      const kind = awsFailureKind(name ?? '', $metadata?.httpStatusCode, code);
      uncertain ||= isUncertain(kind);
      if (kind === 'throttled') budget.metrics.throttles++;
      if (kind === 'denied') budget.metrics.denials++;
      if (kind === 'throttled' && budget.paced) throw new AwsFailure(kind, uncertain, error);
      const delay = nextRetryDelayMs({
        kind,
        failures,
        remainingMs: budget.deadline - budget.now(),
        random: budget.random(),
      });
      if (delay === null) throw new AwsFailure(kind, uncertain, error);
      await new Promise((resolve) => setTimeout(resolve, delay));
    } finally {
      // With the pause before the next attempt: that too is a wait for AWS.
      budget.metrics.awsMs += performance.now() - begun;
    }
  }
}

/** @returns the answer string for the browser. @throws AwsFailure */
export async function createConnection(
  region: string,
  input: { Identifier: string; StreamSessionIdentifier: string; SignalRequest: string; ClientToken: string },
  budget: CallBudget,
): Promise<string> {
  const command = () => new CreateStreamSessionConnectionCommand(input);
  const answer = await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), budget);
  if (!answer.SignalResponse) throw new AwsFailure('answerless', true);
  return answer.SignalResponse;
}

/** @throws AwsFailure */
export async function getStreamSession(
  region: string,
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
): Promise<AwsStreamSession> {
  const command = () =>
    new GetStreamSessionCommand({ Identifier: streamGroupId, StreamSessionIdentifier: streamSessionId });
  // A status lookup has taken one call of the quota. Repeated after a throttle it would take four.
  return digest(
    await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), {
      ...budget,
      paced: true,
    }),
  );
}

/** What the settings, the player's token and the page decide about a session, by the names of StartStreamSession. */
export interface StartParameters {
  ApplicationIdentifier: string;
  Locations?: string[];
  AdditionalLaunchArgs?: string[];
  AdditionalEnvironmentVariables?: Record<string, string>;
  ConnectionTimeoutSeconds: number;
  SessionLengthSeconds: number;
  DisplayConfiguration?: { Resolution: { Width: number; Height: number } };
  PerformanceStatsConfiguration?: { SharedWithClient: true };
  /** The role that the game gets. */
  RoleArn?: string;
}

/** What a start asks of AWS. */
export interface StartInput extends StartParameters {
  Identifier: string;
  ClientToken: string;
  SignalRequest: string;
  UserId: string;
}

/** @throws AwsFailure */
export async function startStreamSession(
  region: string,
  input: StartInput,
  budget: CallBudget,
): Promise<AwsStreamSession> {
  const command = () => new StartStreamSessionCommand({ ...input, Protocol: 'WebRTC' });
  const answer = await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), budget);
  if (!answer.Arn) throw new AwsFailure('answerless', true);
  return digest(answer);
}

/** @throws AwsFailure */
export async function terminateStreamSession(
  region: string,
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
): Promise<void> {
  const command = () =>
    new TerminateStreamSessionCommand({
      Identifier: streamGroupId,
      StreamSessionIdentifier: streamSessionId,
    });
  await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), budget);
}

function digest(answer: {
  Arn?: string | undefined;
  Status?: string | undefined;
  StatusReason?: string | undefined;
  UserId?: string | undefined;
  Location?: string | undefined;
  SignalResponse?: string | undefined;
  ConnectionTimeoutSeconds?: number | undefined;
  SessionLengthSeconds?: number | undefined;
  CreatedAt?: Date | undefined;
  LastUpdatedAt?: Date | undefined;
}): AwsStreamSession {
  return {
    arn: answer.Arn,
    status: (answer.Status ?? 'ACTIVATING') as StreamSessionStatus,
    statusReason: answer.StatusReason,
    userId: answer.UserId,
    location: answer.Location,
    signalResponse: answer.SignalResponse || undefined,
    connectionTimeoutSeconds: answer.ConnectionTimeoutSeconds,
    sessionLengthSeconds: answer.SessionLengthSeconds,
    createdAt: answer.CreatedAt?.getTime(),
    lastUpdatedAt: answer.LastUpdatedAt?.getTime(),
  };
}
