// Written by npm run generate from contract/. Change it there.

export const RETRIES = ['same', 'newOffer', 'never'] as const;

/** How to react to a refusal: repeat this very request, make a new offer first, or give up. */
export type Retry = (typeof RETRIES)[number];

/** The codes of the player API, as docs/protocol.md tables them. */
export const API_CODES = [
  'invalid_request',
  'start_not_allowed',
  'not_through_edge',
  'stream_session_not_found',
  'session_not_reconnectable',
  'taken_over',
  'connection_in_progress',
  'session_limit_reached',
  'session_not_terminable',
  'answer_lost',
  'stream_session_ended',
  'idempotency_key_reused',
  'offer_reused',
  'too_many_requests',
  'broker_misconfigured',
  'paced',
  'starts_paused',
  'stream_group_unavailable',
  'upstream_unavailable',
  'upstream_timeout',
] as const;

/** A code of the player API. */
export type ApiCode = (typeof API_CODES)[number];

/** GameLift Streams' `StreamSessionStatus` values. */
export type StreamSessionStatus =
  | 'ACTIVATING'
  | 'ACTIVE'
  | 'CONNECTED'
  | 'ERROR'
  | 'PENDING_CLIENT_RECONNECTION'
  | 'RECONNECTING'
  | 'TERMINATED'
  | 'TERMINATING';

/** A stream session as the player API shows it; times are ISO 8601. */
export interface StreamSession {
  /** One of the stream groups of the deployment. */
  streamGroupId: string;
  /** The id, not the ARN. */
  streamSessionId: string;
  status: StreamSessionStatus;
  /** AWS's reason for the status, where it gave one. */
  statusReason?: string;
  /** Where the session runs. */
  location?: string;
  /** When it was started. */
  createdAt: string;
  /** How long AWS keeps it without a client. */
  connectionTimeoutSeconds: number;
  /** When AWS will end it if nothing happens: an upper bound. Not there once it is over. */
  endsAt?: string;
}

/** What a start asks for, as the player API takes it. The client adds the offer. */
export interface StartRequest {
  /** One of the applications of the stream group; may be left out where there is but one. */
  applicationIdentifier?: string | undefined;
  /** Where to place the session, in this order; the deployment lists what is allowed. An empty list says nothing. */
  locations?: readonly string[] | undefined;
  /** Refused unless the deployment allows them. An empty list says nothing. */
  additionalLaunchArgs?: readonly string[] | undefined;
  /** The size of the picture in pixels: one of those that the deployment lists. */
  displayConfiguration?: {
    resolution: {
      width: number;
      height: number;
    };
  } | undefined;
}

/** What became of a stream that was lost, as the player API takes it. */
export interface RecoveryReport {
  /** What became of a stream that was lost: back by itself, on a new connection, or not at all. */
  outcome:
    | 'healed'
    | 'replaced'
    | 'given_up';
  /** What the page noticed the loss by. */
  why:
    | 'silence'
    | 'stalled'
    | 'frozen'
    | 'disconnected'
    | 'offline'
    | 'failed'
    | 'channel_error'
    | 'server_disconnect';
  /** What the stream ended with; there with given_up, and not otherwise. */
  ending?:
    | 'idle'
    | 'terminated'
    | 'session_ended'
    | 'no_session'
    | 'taken_over'
    | 'held_by_tab'
    | 'expired'
    | 'refused'
    | 'signed_out'
    | 'failed'
    | 'ended_by_player'
    | 'closed'
    | 'aborted' | undefined;
  /** For how many milliseconds nothing was seen. Counted from 0 to 600,000. */
  silentMs: number;
  /** How many connections were asked for. Counted from 0 to 1000. */
  attempts: number;
  /** How many milliseconds ago it was over. Counted from 0 to 600,000. */
  agoMs: number;
}
