/*
 * Every time and number that decides when something happens, with its reason. docs/client.md tables them. Milliseconds.
 */

// Noticing a loss

/**
 * Silence that means a loss: nothing at all has come, neither media nor control packets nor an answer of ICE's. Packets count, not
 * frames: a decoder may wait for a key frame on a healthy connection. A network that freezes for 1.5 s and then delays
 * packets by 300 ms is silent for up to 1.8 s and must be left alone, so this is that and a tenth of a second of looking.
 * The browser's own `connectionState` says the same after some seven seconds.
 */
export const SILENCE_MS = 1900;

/** The same where the browser doubts the connection too (it is offline, or calls the connection disconnected). */
export const DOUBTED_SILENCE_MS = 1000;

/**
 * Silence of the video alone, or packets of video of which nothing is decoded. Other packets come, so the network is well and the picture may return by itself: a game that shows
 * nothing new may send nothing. A decoder that waits for a key frame has one within a second or two. Doubled each time that it happens.
 */
export const STALL_MS = 6000;
/** The longest that this is doubled to. */
export const MOST_STALL_MS = 60_000;

/** Silence that is worth preparing for: the access token is asked for, so that it is fresh. */
export const SUSPICIOUS_MS = 800;

/** Between two looks. A tenth of a second is what noticing costs on top of the silence, half of it on average. */
export const LOOK_EVERY_MS = 100;
/** A look that would find the silence long enough is not put off, but for this. */
export const LOOK_SOON_MS = 10;

/**
 * One look proves no more silence than this: where more time has passed since the last one, the tab slept or was throttled, and
 * the browser may not have received anything either.
 */
export const MOST_PROVEN_MS = 400;

/**
 * A tab that slept for this long is doubted until something comes: the other side stops sending to a client that has not confirmed
 * its consent for 30 s (RFC 7675).
 */
export const CONSENT_MS = 30_000;

/** Statistics that take longer are no statistics. */
export const STATS_WITHIN_MS = 1000;

// Coming back

/**
 * How far apart the first requests after a loss are spread. Players who lose their streams together notice it within a tenth of a
 * second; more spread than this would be felt by the one player whose Wi-Fi failed, and the broker gives turns anyway.
 */
export const FIRST_SPREAD_MS = 100;

/**
 * Longer than any function but the start's may take, and far below the gateway's 30 s: a connection that died with the network
 * would otherwise hold the player up. What is cut off is repeated, and the broker acts on a repeated request once.
 */
export const ANSWER_WITHIN_MS = 12_000;
/** Signing in anew without the player may take some redirects. */
export const TOKEN_WITHIN_MS = 30_000;
/** After so many requests in a row that failed without an answer, a fresh token is asked for: a 401 without CORS headers looks the same. */
export const MOST_UNREACHABLE = 3;
/** An offer after a loss that takes longer never comes; gathering addresses in a dark network takes its time. */
export const OFFER_WITHIN_MS = 30_000;
/** From an answer to a decoded frame: several times what a slow network needs. */
export const FRAME_WITHIN_MS = 8000;
/** An element that is still paused so long after its first frame waits for a click. */
export const BLOCKED_AFTER_MS = 500;
/** Between two looks for the first frame. */
export const FRAME_EVERY_MS = 40;
/** The SDK makes offers without anybody's help, so after this many failures in a row it will not succeed later either. */
export const MOST_SDK_FAILURES = 3;
/** A reloaded page may come before the browser has let go of its own lock. */
export const TAB_GRACE_MS = 1000;

// While the lost connection may still come back

/** AWS refuses while it still sees the old connection; it is asked this often all the same, and its status once a second. */
export const ASK_AGAIN_MS = 5000;
/** An offer that no request has used up is made anew after this. */
export const OFFER_FOR_MS = 60_000;
/**
 * How long the old connection is looked at when an answer for a new one is there. An answer that came within this of its request
 * has been such a look: the network carried both, and nothing of the old connection.
 */
export const LAST_LOOK_MS = 300;
/** Packets without a frame put a replacement off by no more than this: what answers ICE need not play. */
export const PACKETS_PUT_OFF_MS = 1000;
/** A connection that came back is watched this long as part of the same loss, and an answer for another is held. */
export const PROVISIONAL_MS = 8000;
/** While an answer is held: no frame for so long, and the answer is applied. It may have ended the old connection. */
export const HELD_SILENCE_MS = 500;
/** After the API's last word the old connection may still come back within this. */
export const REFUSED_HOPE_MS = 12_000;
/** No frame for so long while AWS sees a connection: only one way is dead, and AWS must be told by a close. */
export const ONE_WAY_MS = 12_000;
/** What AWS said of the connection is news for so long. */
export const STATUS_FRESH_MS = 5000;
/** The longest silence that the API is told of. */
export const MOST_SILENT_MS = 3_600_000;

// Waiting

/** Nobody waits longer than this on one word of a server; a turn in the queue excepted, which is exact. */
export const MOST_TOLD_MS = 120_000;
/** A turn is kept for two seconds after its time, so the network must still fit in behind this. */
export const TURN_SPREAD_MS = 200;
/** Other waits that a server named are spread by a fifth, within these: the broker has spread its own already, others have not. */
export const LEAST_SPREAD_MS = 100;
export const MOST_SPREAD_MS = 5000;

/** Waits of our own, where nobody named one: full jitter below a bound that doubles. */
export const BASE_MS = 500;
export const CEILING_MS = 8000;
/** Nobody is hammered where nothing answers at all, and the network may be back any moment. */
export const UNREACHABLE_CEILING_MS = 3000;
/** What has just failed is not repeated in the same breath. */
export const FLOOR_MS = 50;
/** The last attempt has this long. */
export const LAST_CHANCE_MS = 1000;
/** `online` cuts waits and requests at most this often, so that a browser that goes on and off leaves time for an answer. */
export const CUT_EVERY_MS = 5000;

// Giving up

/** No limit: longer than any page lives. */
export const FOREVER_MS = 1e15;
/** AWS counts a session's patience from when it notices the loss, which may be this much later than the browser. */
export const NOTICED_LATER_MS = 30_000;
/** `endsAt` comes from another clock. */
export const CLOCKS_DIFFER_MS = 60_000;
/** AWS takes up to ten minutes to find a machine; half a minute more for everything around it. */
export const START_WITHIN_MS = 630_000;
/** Between two looks at a session that is being placed: the broker looks at AWS no more often. */
export const POLL_MS = 1000;
/** Until the player's sessions are known. */
export const FIND_WITHIN_MS = 60_000;
/** AWS refuses to end a session that is still being set up; it is asked again for this long, as after any trouble. */
export const END_WITHIN_MS = 30_000;
