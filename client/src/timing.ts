/* Every duration and limit of the client, with its reason. Milliseconds. docs/client.md lists them. */

// Noticing a loss

/**
 * Silence that means a loss: no media, no control packet and no answer of ICE's has come. Packets count, not frames: a decoder may
 * wait for a key frame on a healthy connection. A network that freezes for 1.5 s and then delays packets by 300 ms is silent for up to
 * 1.8 s, and is no loss. This adds a tenth of a second, the time between two samples. The browser's own `connectionState` takes some
 * seven seconds.
 */
export const SILENCE_MS = 1900;

/** The same where the browser doubts the connection too (it is offline, or calls the connection disconnected). */
export const DOUBTED_SILENCE_MS = 1000;

/**
 * Silence of the video alone, or video of which nothing is decoded. Other packets come, so the network works and the picture may return by
 * itself: a game whose picture does not change may send nothing, and a decoder waits a second or two for a key frame. Doubles each time.
 */
export const STALL_MS = 6000;
/** The longest that this is doubled to. */
export const MAX_STALL_MS = 60_000;

/** Silence that may become a loss: the client asks for the access token, so that it is fresh. */
export const SUSPICIOUS_MS = 800;

/** Between two samples. A loss is noticed up to this much later, half of it on average. */
export const SAMPLE_EVERY_MS = 100;
/** The least time between two samples, where the silence is about to be long enough. */
export const MIN_SAMPLE_GAP_MS = 10;

/**
 * One sample proves no more silence than this. If more time has passed since the last one, the tab slept or was throttled, and the
 * browser may have received nothing either.
 */
export const MAX_PROVEN_MS = 400;

/**
 * After the tab slept for this long, its connection is doubted until something comes: the other side stops sending when a client has
 * not confirmed its consent for 30 s (RFC 7675).
 */
export const CONSENT_MS = 30_000;

/** Statistics that take longer are ignored. */
export const STATS_WITHIN_MS = 1000;

// Coming back

/**
 * The spread of the first requests after a loss. Players who lose their streams together notice it within a tenth of a second. A
 * single player whose Wi-Fi failed would feel a longer wait, and the broker queues requests anyway.
 */
export const FIRST_SPREAD_MS = 100;

/**
 * Longer than any function but the start's may take, and far below the gateway's 30 s: a player should not wait for an HTTP connection
 * that died with the network. A request that is cut off is repeated, and the broker executes it once.
 */
export const ANSWER_WITHIN_MS = 12_000;
/** Signing in anew without the player may take some redirects. */
export const TOKEN_WITHIN_MS = 30_000;
/** After so many requests in a row that failed without an answer, a fresh token is asked for: a 401 without CORS headers looks the same. */
export const MAX_UNREACHABLE = 3;
/** An offer after a loss that takes longer never comes. Gathering addresses in a dark network is slow. */
export const OFFER_WITHIN_MS = 30_000;
/** From an answer to a decoded frame: several times as long as a slow network needs. */
export const FRAME_WITHIN_MS = 8000;
/** An element that is still paused so long after its first frame waits for a click. */
export const BLOCKED_AFTER_MS = 500;
/** Between two checks for the first frame. */
export const FRAME_EVERY_MS = 40;
/** The SDK needs no server to make an offer: after this many failures in a row it will not succeed later. */
export const MAX_SDK_FAILURES = 3;
/** A reloaded page may start before the browser has released its old lock. */
export const TAB_GRACE_MS = 1000;

// While the lost connection may still come back

/** AWS refuses while it still sees the old connection. The request is repeated this often, and the status polled once a second. */
export const REQUEST_AGAIN_MS = 5000;
/** An unused offer is replaced after this. */
export const OFFER_LIFETIME_MS = 60_000;
/**
 * How long the old connection is checked once an answer for a new one is there. An answer that came within this of its request needs
 * no check: the network carried both, and nothing from the old connection.
 */
export const FINAL_CHECK_MS = 300;
/** Packets without a frame delay a replacement by no more than this: a connection that answers ICE need not play. */
export const MAX_PACKET_DELAY_MS = 1000;
/** For this long a connection that came back counts as part of the same loss, and an answer for another one is held. */
export const PROBATION_MS = 8000;
/** A held answer is applied after so long without a frame. AWS may have ended the old connection for it. */
export const HELD_SILENCE_MS = 500;
/** For this long after a final refusal the old connection may still come back. */
export const HEAL_AFTER_REFUSAL_MS = 12_000;
/** So long without a frame, while AWS sees a connection, means that only the downlink is dead. A close shows AWS the loss. */
export const ONE_WAY_MS = 12_000;
/** A status from AWS is current for so long. */
export const STATUS_FRESH_MS = 5000;
/** The longest silence that is reported to the API. */
export const MAX_REPORTED_SILENCE_MS = 3_600_000;

// Waiting

/** The longest wait that a server may name. A ticket's wait is exact, and has no such limit. */
export const MAX_RETRY_AFTER_MS = 120_000;
/** A ticket stays valid for two seconds after its time. This spread leaves time for the network. */
export const TICKET_SPREAD_MS = 200;
/** Other waits that a server named are spread by a fifth, within these limits. The broker spreads its own; other servers do not. */
export const MIN_SPREAD_MS = 100;
export const MAX_SPREAD_MS = 5000;

/** The client's own waits, where the server named none: full jitter below a bound that doubles. */
export const BASE_MS = 500;
export const CEILING_MS = 8000;
/** Without any answer no server is overloaded by requests, and the network may be back at any moment. */
export const UNREACHABLE_CEILING_MS = 3000;
/** The least wait after a failure. */
export const FLOOR_MS = 50;
/** The time for the last attempt. */
export const LAST_CHANCE_MS = 1000;
/** `online` cuts waits and requests at most this often, so that a browser that goes on and off leaves time for an answer. */
export const CUT_EVERY_MS = 5000;

// Giving up

/** Longer than any page lives. */
export const FOREVER_MS = 1e15;
/** AWS counts the connection timeout from when it notices the loss, which may be this much later than the browser. */
export const AWS_NOTICE_MS = 30_000;
/** `endsAt` comes from another clock. */
export const CLOCK_SKEW_MS = 60_000;
/** AWS takes up to ten minutes to find a machine. Half a minute more covers the rest. */
export const START_WITHIN_MS = 630_000;
/** Between two polls of a session's status: the broker looks it up no more often. */
export const POLL_MS = 1000;
/** Time limit for finding the player's sessions. */
export const FIND_WITHIN_MS = 60_000;
/** AWS refuses to end a session that is still being set up. The request is repeated for this long, as after any failure. */
export const END_WITHIN_MS = 30_000;

// Telling what became of a loss

/** A report waits for the client's next effort, or for this long and a random part of the spread: a crowd that is back must not return. */
export const REPORT_AFTER_MS = 30_000;
export const REPORT_SPREAD_MS = 90_000;
/** With more waiting, further ones are dropped: so no more than four a minute leave. */
export const MAX_WAITING_REPORTS = 2;
