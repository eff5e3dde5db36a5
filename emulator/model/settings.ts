import * as z from 'zod';

/** Quotas of requests a second for an account and Region. Source: endpoints and quotas, developer guide. */
const DEFAULT_QUOTAS = {
  StartStreamSession: 20,
  GetStreamSession: 20,
  ListStreamSessions: 20,
  ListStreamSessionsByAccount: 20,
  TerminateStreamSession: 20,
  CreateStreamSessionConnection: 20,
  // Undocumented.
  CreateStreamSessionAdminShell: 5,
  ExportStreamSessionFiles: 20,
  GetStreamGroup: 10,
} as const;

export type Operation = keyof typeof DEFAULT_QUOTAS;
export const OPERATIONS = Object.keys(DEFAULT_QUOTAS) as readonly Operation[];

const seconds = z.number().min(0).max(1_000_000);
const refusal = z.enum(['ConflictException', 'ValidationException', 'ResourceNotFoundException']);
const refusalOrAccept = z.enum([...refusal.options, 'accept']);
const adminShellRefusal = z.enum([
  'StreamSessionAccessNotReadyException',
  'ValidationException',
  'ResourceNotFoundException',
]);
const exportRefusal = z.enum(['ValidationException', 'ResourceNotFoundException']);
const secondsOrNever = z.union([seconds, z.literal('never')]);
const quota = z.number().positive().max(1_000_000);

const schema = z.strictObject({
  /** From capacity found to ACTIVE. */
  activationSeconds: seconds,
  /** From RECONNECTING to ACTIVE. */
  readySeconds: seconds,
  /** From TERMINATING to TERMINATED. */
  terminatingSeconds: seconds,
  /**
   * How long GameLift Streams takes to notice that a client is gone (undocumented); until then the session is CONNECTED. 0 by default so
   * that tests need not wait, although no server notices at once. Tests about noticing set it.
   */
  lossNoticeSeconds: seconds,
  /** How long a real client may be silent before it counts as lost; `lossNoticeSeconds`, if that is longer. */
  clientSilenceSeconds: seconds,
  /**
   * How long a session with a bare SDP offer stays ACTIVE before its client counts as connected. `never` by default: nobody connects
   * with such an offer, so the session stays ACTIVE until its connection time-out, and AWS's waiters see that it is.
   */
  signallingConnectSeconds: secondsOrNever,
  /** How long a session waits for capacity. AWS: 75 always-on, 90 on demand, 600 on demand for Windows. */
  placementTimeoutSeconds: seconds,
  /** A connected client without input. */
  idleTimeoutSeconds: seconds,
  /** How long a finished session can still be read (undocumented). */
  finishedSessionRetentionSeconds: seconds,
  /** How long a client token is remembered (undocumented). */
  clientTokenRetentionSeconds: seconds,
  /** Whether a repeated client token gets the first response again; otherwise the call is decided anew. */
  repeatAnswer: z.boolean(),
  /** How long a NextToken may be used (undocumented). */
  nextTokenSeconds: seconds,
  /** Whether a signal request of the type `answer` is read like an offer (undocumented); otherwise it is unusable. */
  signalRequestOfTypeAnswer: z.enum(['unusable', 'accept']),
  /**
   * StartStreamSession with a signal request that makes no sense (undocumented when): the session ends in ERROR with
   * `invalidSignalRequest`, the call is refused, or it is answered and nobody ever connects.
   */
  unusableOfferAtStart: z.enum(['invalidSignalRequest', 'ValidationException', 'accept']),
  /** CreateStreamSessionConnection with such a signal request (undocumented). */
  unusableOfferAtConnection: refusalOrAccept,
  /** An offer that this session has seen before, under another client token. */
  reusedOffer: refusalOrAccept,
  /** CreateStreamSessionConnection in the statuses whose error is undocumented; `accept` replaces the client. */
  connectWhileActivating: refusal,
  connectWhileConnected: refusalOrAccept,
  /**
   * When the old client's connection ends, once an answer for a new one was made (undocumented): at the answer, when the new one has
   * connected, or never. `cut` by default: GameLift Streams streams to one client, and a client that is right here is right later too.
   */
  oldPeerAfterAnswer: z.enum(['cut', 'untilNewConnects', 'never']),
  /**
   * What the old client of a connection that ends that way receives (undocumented): a clean close, the goodbye `terminated` and then
   * the close, or nothing at all. `close` by default: WebRTC does it by itself.
   */
  replacedPeerHears: z.enum(['close', 'terminated', 'nothing']),
  /**
   * What is left of a connection whose loss was noticed, when its packets flow again (undocumented): nothing, responses to ICE checks
   * alone, or the stream, and the session is CONNECTED again. `dead` by default: the documented life cycle has no such transition.
   */
  oldPeerAfterLoss: z.enum(['dead', 'stunOnly', 'resumes']),
  connectWhileReconnecting: refusal,
  connectWhileTerminating: refusal,
  connectWhenFinished: refusal,
  /** Which SignalResponse GetStreamSession shows after a reconnect (undocumented). */
  signalResponseAfterReconnect: z.enum(['newest', 'first', 'absent']),
  terminateWhileActivating: refusalOrAccept,
  terminateWhenFinished: refusalOrAccept,
  /** Start and reconnect in a stream group that is not ACTIVE. */
  streamGroupNotActive: refusal,
  /** Whether StartStreamSession also needs permission on the application (AWS's pages disagree). */
  authorizeApplicationOnStart: z.boolean(),
  /** How long after the first ACTIVE CreateStreamSessionAdminShell gets StreamSessionAccessNotReadyException. */
  adminShellReadySeconds: seconds,
  /** CreateStreamSessionAdminShell in the statuses whose error is undocumented; ending is TERMINATING and finished. */
  adminShellWhileActivating: adminShellRefusal,
  adminShellWhenEnding: adminShellRefusal,
  /** How long an admin shell's StreamUrl and TokenValue open a connection. AWS: 60. */
  adminShellTokenSeconds: seconds,
  /** Whether an admin shell's TokenValue opens one connection only (undocumented). */
  adminShellSingleUse: z.boolean(),
  /** Whether the StreamUrl is signed in its query, or left to the Session Manager plugin to sign (undocumented). */
  adminShellStreamUrl: z.enum(['presigned', 'plain']),
  /** How long an admin shell stays open at most, and without input. AWS: 1800 and 900. */
  adminShellMaxSeconds: seconds,
  adminShellIdleSeconds: seconds,
  /** ExportStreamSessionFiles in a status in which AWS exports nothing (the error is undocumented). */
  exportWhenNotInProgress: exportRefusal,
  /** A second ExportStreamSessionFiles of a session (undocumented): its place counts, the first place stays, or it is refused. */
  repeatedExport: z.enum(['replace', 'keep', ...exportRefusal.options]),
  /** Whether ExportStreamSessionFiles also needs s3:PutObject on the bucket when it is called (AWS names no permission, and no moment). */
  authorizeBucketOnExport: z.boolean(),
  /** How long after its end a session's export has a result, and which. */
  exportSeconds: seconds,
  exportResult: z.enum(['SUCCEEDED', 'FAILED']),
  /** Which peer answers: by the offer's kind, or always the one. */
  peer: z.enum(['auto', 'webrtc', 'signalling']),
  /** Requests a second and operation; the burst is one second's worth. */
  quotas: z.strictObject(
    Object.fromEntries(OPERATIONS.map((operation) => [operation, quota])) as Record<Operation, typeof quota>,
  ),
});

export type Settings = z.infer<typeof schema>;
/** The settings that a caller may give; any part of the quotas is enough. */
export type EmulatorSettings = Omit<Settings, 'quotas'> & { quotas: Partial<Settings['quotas']> };

export const DEFAULT_SETTINGS: Settings = {
  activationSeconds: 1,
  readySeconds: 0.05,
  terminatingSeconds: 0.05,
  lossNoticeSeconds: 0,
  clientSilenceSeconds: 3,
  signallingConnectSeconds: 'never',
  placementTimeoutSeconds: 75,
  idleTimeoutSeconds: 3600,
  finishedSessionRetentionSeconds: 3600,
  clientTokenRetentionSeconds: 600,
  repeatAnswer: true,
  nextTokenSeconds: 86_400,
  signalRequestOfTypeAnswer: 'unusable',
  unusableOfferAtStart: 'invalidSignalRequest',
  unusableOfferAtConnection: 'ValidationException',
  reusedOffer: 'ValidationException',
  connectWhileActivating: 'ConflictException',
  connectWhileConnected: 'ConflictException',
  oldPeerAfterAnswer: 'cut',
  replacedPeerHears: 'close',
  oldPeerAfterLoss: 'dead',
  connectWhileReconnecting: 'ConflictException',
  connectWhileTerminating: 'ConflictException',
  connectWhenFinished: 'ConflictException',
  signalResponseAfterReconnect: 'newest',
  terminateWhileActivating: 'ValidationException',
  terminateWhenFinished: 'accept',
  streamGroupNotActive: 'ConflictException',
  authorizeApplicationOnStart: true,
  adminShellReadySeconds: 1,
  adminShellWhileActivating: 'StreamSessionAccessNotReadyException',
  adminShellWhenEnding: 'ValidationException',
  adminShellTokenSeconds: 60,
  adminShellSingleUse: true,
  adminShellStreamUrl: 'presigned',
  adminShellMaxSeconds: 1800,
  adminShellIdleSeconds: 900,
  exportWhenNotInProgress: 'ValidationException',
  repeatedExport: 'replace',
  authorizeBucketOnExport: true,
  exportSeconds: 0.05,
  exportResult: 'SUCCEEDED',
  peer: 'auto',
  quotas: DEFAULT_QUOTAS,
};

/** What each schema allows, as a person would write it. */
function allowed(node: z.ZodType | undefined): string {
  if (node instanceof z.ZodEnum) return `one of ${node.options.map((option) => `"${option}"`).join(', ')}`;
  if (node instanceof z.ZodBoolean) return 'true or false';
  if (node instanceof z.ZodObject) return `an object with the keys ${Object.keys(node.shape).join(', ')}`;
  if (node === secondsOrNever) return '"never", or a number of seconds, 0 or more, at most 1000000';
  return `a number${node === quota ? ' greater than 0' : ' of seconds, 0 or more'}, at most 1000000`;
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  const at = (steps: readonly string[]): z.ZodType | undefined =>
    steps.reduce<z.ZodType | undefined>(
      (node, step) =>
        node instanceof z.ZodObject ? (node.shape as Record<string, z.ZodType>)[step] : undefined,
      schema,
    );
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${[...path, key].join('.')}"`).join(', ');
    return `Unknown setting ${names}: allowed is ${allowed(at(path))}.`;
  }
  return path.length === 0
    ? 'Settings must be a JSON object.'
    : `Setting "${path.join('.')}" must be ${allowed(at(path))}.`;
}

/**
 * Settings with some of them changed.
 * @throws Error with one sentence that names the setting and what is allowed
 */
export function mergeSettings(current: Settings, change: unknown): Settings {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(change)) throw new Error('Settings must be a JSON object.');
  const { quotas, ...rest } = change as Record<string, unknown>;
  const merged = {
    ...current,
    ...rest,
    quotas:
      quotas === undefined
        ? current.quotas
        : isObject(quotas)
          ? { ...current.quotas, ...(quotas as object) }
          : quotas,
  };
  const result = schema.safeParse(merged);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map(sentence).join(' '));
}
