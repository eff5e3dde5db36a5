/** What a request may hold. The functions check it, and the schemas of the OpenAPI documents say it. */

export const STREAM_GROUP_ID = /^[a-zA-Z0-9-]{1,32}$/;
export const STREAM_SESSION_ID = /^[a-zA-Z0-9-]{1,128}$/;
/** Visible ASCII. */
export const IDEMPOTENCY_KEY = /^[!-~]{1,255}$/;
export const CONNECTION_ID = /^[a-zA-Z0-9_-]{1,64}$/;
/** GameLift Streams' own pattern and length for `UserId` (API reference, StartStreamSession). */
export const USER_ID = /^[-_a-zA-Z0-9/=+]{1,1024}$/;
/** How an SDP offer begins. */
export const SDP_BEGINNING = /^v=0\r?\n/;

/** The longest silence that a page may report with a reconnect: one hour, in milliseconds. */
export const MOST_SILENT_MS = 3_600_000;

/** The longest pause of new sessions: one day, in seconds. So a forgotten pause ends by itself. */
export const LONGEST_BRAKE_S = 86_400;

/** Far above any game's command line, far below what would make a request expensive. */
export const MAX_ARGUMENTS = 100;
export const MAX_ARGUMENT_LENGTH = 1024;

/** What an operator writes as a reason: this many characters in one line. */
export const LEAST_REASON_CHARACTERS = 10;
export const MOST_REASON_CHARACTERS = 500;
/** At least this many of them must be visible. */
export const LEAST_VISIBLE_CHARACTERS = 5;
/** Characters that show nothing: fillers, selectors and joiners, white space, and Braille without dots. */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\s\u2800]/u;
/**
 * Control and format characters, line and paragraph separators, halves of characters, and what Unicode has not assigned:
 * each could hide text or make a record read otherwise than it was written.
 */
export const UNREADABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Two joiners are allowed, because emoji and some scripts need them. */
export const JOINERS = /[\u200c\u200d]/u;

/** The fields of each body that a route takes. */
export const START_FIELDS = [
  'signalRequest',
  'applicationIdentifier',
  'locations',
  'additionalLaunchArgs',
  'displayConfiguration',
] as const;
export const CONNECTION_FIELDS = ['signalRequest', 'previousConnectionId', 'silentMs'] as const;
export const RECOVERY_FIELDS = ['outcome', 'why', 'ending', 'silentMs', 'attempts', 'agoMs'] as const;
export const BRAKE_FIELDS = ['seconds', 'reason'] as const;
/** A shell, an export and an erasure. */
export const REASON_FIELDS = ['reason'] as const;
