// Written by npm run generate from contract/. Change it there.

export const RETRIES = ['same', 'newOffer', 'never'] as const;

/** What to do after a refusal: repeat exactly this request, make a new offer first, or stop. */
export type Retry = (typeof RETRIES)[number];

/** The error codes of the player API. docs/protocol.md describes each. */
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

/** A stream session as the player API returns it. Times are ISO 8601. */
export interface StreamSession {
  /** One of the stream groups of the deployment. */
  streamGroupId: string;
  /** The id, not the ARN. */
  streamSessionId: string;
  status: StreamSessionStatus;
  /** AWS's reason for the status, if it gave one. */
  statusReason?: string;
  /** Where the session runs. */
  location?: string;
  /** When the session was started. */
  createdAt: string;
  /** For how many seconds AWS keeps the session without a client. */
  connectionTimeoutSeconds: number;
  /** The latest time at which AWS will end the session. Absent once the session has ended. */
  endsAt?: string;
}

/** The fields of a start request that a page chooses. The client adds the offer. */
export interface StartRequest {
  /** One of the stream group's applications. You may leave it out if there is only one. */
  applicationIdentifier?: string | undefined;
  /** Where to place the session, the preferred location first. The deployment lists what is allowed. An empty list counts as left out. */
  locations?: readonly string[] | undefined;
  /** Refused unless the deployment allows them. An empty list counts as left out. */
  additionalLaunchArgs?: readonly string[] | undefined;
  /** The size of the picture in pixels. The deployment lists what is allowed. */
  displayConfiguration?: {
    resolution: {
      width: number;
      height: number;
    };
  } | undefined;
}

/** The sign by which the client noticed a loss. */
export type Loss =
  /** No packet of any kind. */
  | 'silence'
  /** No video, although other packets come. */
  | 'stalled'
  /** Video packets come, but are not decoded. */
  | 'frozen'
  /** No packet, and the browser calls the connection disconnected. */
  | 'disconnected'
  /** No packet, and the browser is offline. */
  | 'offline'
  /** The browser has given the connection up. */
  | 'failed'
  /** A data channel broke, as after a clean close. */
  | 'channel_error'
  /** The server closed the connection for a reason that the client does not know. */
  | 'server_disconnect';

/** Why a stream has ended. */
export type EndingReason =
  /** AWS ended the session after an hour without input. */
  | 'idle'
  /** AWS ended the session because it was terminated. */
  | 'terminated'
  /** The session is over. */
  | 'session_ended'
  /** There is no session to come back to. */
  | 'no_session'
  /** Another device or tab of the player has the stream; `resume({ insist: true })` takes it back. */
  | 'taken_over'
  /** Another tab of this browser holds the stream; `resume({ insist: true })` takes it over. */
  | 'held_by_tab'
  /** The time for reconnecting is over. */
  | 'expired'
  /** The API refused for good. */
  | 'refused'
  /** There is no access token, or the API accepts none and the last one has expired. */
  | 'signed_out'
  /** The Web SDK, or the function that makes its object, keeps failing. */
  | 'failed'
  /** `end()` ended the session. */
  | 'ended_by_player'
  /** `close()` was called. The session goes on. */
  | 'closed'
  /** The caller's signal was aborted. The session goes on. */
  | 'aborted';

/** The report that the client sends once a loss is over. */
export interface RecoveryReport {
  /** What became of the lost stream: the old connection plays again, a new one plays, or neither. */
  outcome:
    | 'healed'
    | 'replaced'
    | 'given_up';
  /** The sign by which the page noticed the loss. */
  why: Loss;
  /** Why the stream did not come back. Only with given_up, and required there. */
  ending?: EndingReason | undefined;
  /** For how many milliseconds the page saw nothing, from 0 to 600,000. Other numbers count as the nearest end. */
  silentMs: number;
  /** How many connections the page requested, from 0 to 1000. Other numbers count as the nearest end. */
  attempts: number;
  /** How many milliseconds ago the loss was over, from 0 to 600,000. Other numbers count as the nearest end. */
  agoMs: number;
}
