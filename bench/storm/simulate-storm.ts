import { type LookupLimiter, tableLookupLimiter } from '../../lambdas/admission/lookup-limiter.ts';
import { tableAdmissionQueue } from '../../lambdas/admission/queue-table.ts';
import { SHORT_WAIT_MS, type Ticket } from '../../lambdas/admission/ticket.ts';
import { QUEUE_ATTRIBUTES } from '../../lambdas/dynamodb/stored-names.ts';
import type { Table } from '../../lambdas/dynamodb/table.ts';
import { AwsFailure } from '../../lambdas/gameliftstreams/aws-failure.ts';
import { callWhenAdmitted, type PacedCallDependencies } from '../../lambdas/gameliftstreams/paced-call.ts';
import { reconnectableInMs } from '../../lambdas/gameliftstreams/waits.ts';
import { chargedNextFreeAt, latestNextFreeAt, rateLimitWaitMs } from '../../lambdas/limits/rate-limit.ts';
import { newRequestMetrics } from '../../lambdas/observability/request-metrics.ts';
import { spread } from '../../lambdas/problems/waits.ts';
import type { SessionRecord } from '../../lambdas/sessions/stream-session.ts';
import { likelyEnd } from '../../lambdas/sessions/stream-session.ts';
import { pollUntilReconnectable, statusLookups } from './simulate-status.ts';
import { simulatedTable } from './simulate-table.ts';
import { seeded, tokenBucket, virtualTime } from './simulate-time.ts';

/** A storm. Parts are in [0, 1]. */
export interface StormOptions {
  players: number;
  /** AWS calls a second; its bucket holds as many. */
  quota: number;
  /** Seconds until AWS notices the loss. From then the session lives for `lifeSeconds`. */
  noticeSeconds: number;
  lifeSeconds: number;
  /** The first requests come within this. */
  arrivalSeconds: number;
  awsLatencyMs: number;
  /** Clocks of sandboxes are off by up to this, either way. */
  clockSkewMs: number;
  /** Players who never return when they are told to wait. */
  neverReturn: number;
  /** Clients that ask again after 0.2 to 1 s, whatever they are told. */
  ignoreRetryAfter: number;
  /** Clients that read only the header, whole seconds, and do not poll a session's status. */
  headerOnly: number;
  /** Replies that are lost (the client repeats after 5 s), and such as take up to 1.5 s longer. */
  lostReplies: number;
  lateReplies: number;
  /** From 3 s on nobody reaches the service, until it all heals at this second; 0: no outage. */
  healsAtSeconds: number;
  /** The part of the quota that somebody else asks for, all the time. */
  stranger: number;
  /** Every five seconds all functions stand still for up to this, as on a machine that is busy otherwise. */
  stallMs: number;
  /** Writes a second that one item of the table takes. */
  itemWritesPerSecond: number;
  staleReadMs: number;
  /** The overflow queue always looks full, so no player joins it. */
  withoutOverflow: boolean;
  seed: number;
}

const CALM_STORM: StormOptions = {
  players: 2000,
  quota: 20,
  noticeSeconds: 0,
  lifeSeconds: 120,
  arrivalSeconds: 2,
  awsLatencyMs: 200,
  clockSkewMs: 0,
  neverReturn: 0,
  ignoreRetryAfter: 0,
  headerOnly: 0.5,
  lostReplies: 0,
  lateReplies: 0,
  healsAtSeconds: 0,
  stranger: 0,
  stallMs: 0,
  itemWritesPerSecond: 1000,
  staleReadMs: 0,
  withoutOverflow: false,
  seed: 1,
};

export interface StormResult {
  /** Players whose stream is back. */
  saved: number;
  /** All but those who were told to wait and never returned. */
  returning: number;
  /** As many as any policy could save: min(players who come back, burst + quota × session life). */
  possible: number;
  lastSeconds: number;
  floorSeconds: number;
  /** CreateStreamSessionConnection and GetStreamSession together. */
  awsCallsPerPlayer: number;
  httpRequestsPerPlayer: number;
  /** CreateStreamSessionConnection calls that AWS refused because it had not noticed the loss. */
  refusedCallsPerPlayer: number;
  /** HTTP requests for a session's status. */
  statusRequestsPerPlayer: number;
  /** Such requests in the busiest second. */
  statusRequestsPeak: number;
  /** CreateStreamSessionConnection calls in the busiest second, refused ones included. */
  awsCallsPeak: number;
  tableWritesPerPlayer: number;
  /** Writes that the table refused. */
  tableThrottles: number;
  waitP50: number;
  waitP99: number;
}

/** A table in which every item that is read says that the overflow queue is full. */
function withFullOverflow(table: Table): Table {
  const full = { [QUEUE_ATTRIBUTES.overflowNextFreeAt]: Number.MAX_VALUE };
  return {
    ...table,
    async get(key, options) {
      return { ...(await table.get(key, options)), ...full };
    },
    async update(key, update) {
      const item = await table.update(key, update);
      return item && { ...item, ...full };
    },
  };
}

/** One player: how its client behaves, and what the table remembers of it. */
interface Player {
  /** Never returns when told to wait. */
  once: boolean;
  /** Does not hear what it is told to wait. */
  deaf: boolean;
  headerOnly: boolean;
  ticket: Ticket | undefined;
  nextFreeAt: number;
  connected: boolean;
}

type Reply = 'connected' | 'ended' | { waitMs: number; stillConnected?: true };

/** What one sandbox of a function keeps. */
interface Sandbox extends PacedCallDependencies {
  limiter: LookupLimiter;
}

const EPOCH = 1_800_000_000_000;
const BUDGET = { perMinute: 30 };
const TABLE_MS = 5;
const SILENT = { error() {} };
const OUTAGE_BEGINS_MS = 3000;
const STALL_EVERY_MS = 5000;
const GIVES_UP_WAITING_MS = 5000;

/**
 * Runs a storm in virtual time through the pacer's own code. The same options give the same result.
 *
 * @param onSecond told each second of the storm that begins
 */
export async function simulateStorm(
  options: Partial<StormOptions> = {},
  onSecond?: (second: number) => void,
): Promise<StormResult> {
  const storm = { ...CALM_STORM, ...options };
  // A refusal is an error, and a million stack traces would take longer than everything else.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const time = virtualTime();
  const random = seeded(storm.seed);
  const { table: whole, counts } = simulatedTable({
    time,
    random,
    latencyMs: TABLE_MS,
    staleMs: storm.staleReadMs,
    writesPerSecond: storm.itemWritesPerSecond,
  });
  const table = storm.withoutOverflow ? withFullOverflow(whole) : whole;
  const endsAt = (storm.noticeSeconds + storm.lifeSeconds) * 1000;
  const healsAt = storm.healsAtSeconds * 1000;

  const grant = tokenBucket(storm.quota, time.now);
  const callsAt: number[] = [];
  let awsCalls = 0;
  let refusedCalls = 0;
  let strangersCalls = 0;
  const stalls: number[] = [];
  async function stall(): Promise<void> {
    const round = Math.floor(time.now() / STALL_EVERY_MS);
    stalls[round] ??= random() * storm.stallMs;
    const left = round * STALL_EVERY_MS + stalls[round] - time.now();
    if (left > 0) await time.sleep(left);
  }
  async function connect(player: Player): Promise<'connected' | 'conflict' | 'ended'> {
    await time.sleep(storm.awsLatencyMs / 2);
    awsCalls++;
    const second = Math.floor(time.now() / 1000);
    callsAt[second] = (callsAt[second] ?? 0) + 1;
    const granted = grant();
    const arrived = time.now();
    await time.sleep(storm.awsLatencyMs / 2);
    await stall();
    if (!granted) throw new AwsFailure('throttled', false);
    if (arrived < storm.noticeSeconds * 1000) {
      refusedCalls++;
      return 'conflict';
    }
    if (arrived > endsAt) return 'ended';
    player.connected = true;
    return 'connected';
  }

  const lookups = statusLookups({
    time,
    grant: tokenBucket(storm.quota, time.now),
    latencyMs: storm.awsLatencyMs,
    noticedAt: storm.noticeSeconds * 1000,
  });
  const idle: Sandbox[] = [];
  const idleStatus: Sandbox[] = [];
  function sandbox(): Sandbox {
    const skew = (random() * 2 - 1) * storm.clockSkewMs;
    const now = () => EPOCH + time.now() + skew;
    const { quota } = storm;
    const what = { operation: 'CreateStreamSessionConnection', region: 'r', quota } as const;
    return {
      queue: tableAdmissionQueue(table, what, { now, random }),
      limiter: tableLookupLimiter(table, { region: 'r', quota }, now),
      now,
      sleep: time.sleep,
      log: SILENT,
    };
  }

  /** One request to the reconnect function, as its route treats it. */
  async function request(player: Player): Promise<Reply> {
    if (player.connected) return 'connected';
    const deps = idle.pop() ?? sandbox();
    try {
      const wait = rateLimitWaitMs(BUDGET, player.nextFreeAt, deps.now());
      if (wait > 0) return { waitMs: wait };
      const record = {
        status: 'CONNECTED',
        createdAt: EPOCH - 600_000,
        sessionLengthSeconds: 86_400,
        connectionTimeoutSeconds: storm.lifeSeconds,
      } as SessionRecord;
      const before = player.ticket;
      const charged = chargedNextFreeAt(BUDGET, player.nextFreeAt, deps.now());
      const end = likelyEnd(record, before, deps.now());
      const caller = { ticket: before, end, metrics: newRequestMetrics() };
      const result = await callWhenAdmitted(caller, deps, async () => {
        const done = await connect(player);
        // The function looks at the session to explain a refusal. One that AWS has noticed by then is asked for once more.
        const justNoticed = done === 'conflict' && (await lookups.lookUp(deps.limiter)) === 'noticed';
        return justNoticed ? await connect(player) : done;
      });
      player.nextFreeAt = charged;
      if ('paced' in result) {
        player.ticket = result.ticket;
        if (player.ticket.at > 0) {
          player.nextFreeAt = Math.min(charged, latestNextFreeAt(BUDGET, player.ticket.at - SHORT_WAIT_MS));
        }
        return { waitMs: result.paced.extras.retryAfterMs ?? 0 };
      }
      player.ticket = undefined;
      await result.counted;
      if (result.done !== 'conflict') return result.done;
      return { waitMs: spread(reconnectableInMs('CONNECTED'), random()), stillConnected: true };
    } finally {
      idle.push(deps);
    }
  }

  const back: number[] = [];
  const pollsAt: number[] = [];
  let http = 0;
  let polls = 0;
  let gone = 0;
  function join(): void {
    const player: Player = {
      once: random() < storm.neverReturn,
      deaf: random() < storm.ignoreRetryAfter,
      headerOnly: random() < storm.headerOnly,
      ticket: undefined,
      nextFreeAt: 0,
      connected: false,
    };
    askIn(player, random() * storm.arrivalSeconds * 1000);
  }
  /** A player who waits is no more than an entry of the clock: a million of them fit into memory. */
  function askIn(player: Player, wait: number): void {
    const cutOff = time.now() + wait >= OUTAGE_BEGINS_MS && time.now() + wait < healsAt;
    const until = cutOff ? healsAt - time.now() + random() * 1000 : wait;
    time.after(until, () => void ask(player));
  }
  const travelMs = () => 10 + random() * 40;
  async function ask(player: Player): Promise<void> {
    http++;
    await time.sleep(travelMs() + TABLE_MS);
    await stall();
    const reply = await request(player);
    await stall();
    const late = random() < storm.lateReplies ? random() * 1500 : 0;
    await time.sleep(TABLE_MS + travelMs() + late);
    if (random() < storm.lostReplies) return askIn(player, GIVES_UP_WAITING_MS);
    if (reply === 'connected') back.push(time.now());
    if (typeof reply === 'string') return;
    if (player.once) {
      gone++;
      return;
    }
    if (reply.stillConnected && !player.headerOnly && !player.deaf) {
      await pollUntilReconnectable(time, reply.waitMs, poll);
      return time.now() <= endsAt + 1000 ? askIn(player, 0) : undefined;
    }
    const told = player.headerOnly ? Math.ceil(reply.waitMs / 1000) * 1000 : reply.waitMs;
    const wait = player.deaf ? 200 + random() * 800 : told;
    // Later than that the session is over.
    if (time.now() + wait <= endsAt + 1000) askIn(player, wait);
  }
  /** One request for a session's status. */
  async function poll() {
    http++;
    polls++;
    const second = Math.floor(time.now() / 1000);
    pollsAt[second] = (pollsAt[second] ?? 0) + 1;
    await time.sleep(travelMs() + TABLE_MS);
    await stall();
    const deps = idleStatus.pop() ?? sandbox();
    const seen = await lookups.lookUp(deps.limiter);
    idleStatus.push(deps);
    await time.sleep(TABLE_MS + travelMs());
    return seen ?? 'connected';
  }
  async function strange(): Promise<void> {
    const every = 1000 / (storm.quota * storm.stranger);
    for (let at = 0; at < endsAt; at += every) {
      if (at > time.now()) await time.sleep(at - time.now());
      if (grant()) strangersCalls++;
    }
  }
  for (let i = 0; i < storm.players; i++) join();
  if (storm.stranger > 0) void strange();
  await time.run(onSecond);
  Error.stackTraceLimit = stackTraceLimit;

  const returning = storm.players - gone;
  const open = storm.lifeSeconds - (healsAt > 0 ? (healsAt - OUTAGE_BEGINS_MS) / 1000 : 0);
  // What AWS's bucket held was asked for before AWS noticed.
  const burst = storm.noticeSeconds > 0 ? 0 : storm.quota;
  const capacity = burst + storm.quota * open - strangersCalls;
  back.sort((a, b) => a - b);
  const seconds = (part: number) =>
    (back[Math.min(back.length - 1, Math.floor(part * back.length))] ?? 0) / 1000;
  return {
    saved: back.length,
    returning,
    possible: Math.min(returning, Math.floor(capacity)),
    lastSeconds: seconds(1),
    floorSeconds: storm.players / storm.quota,
    awsCallsPerPlayer: (awsCalls + lookups.calls()) / storm.players,
    httpRequestsPerPlayer: http / storm.players,
    refusedCallsPerPlayer: refusedCalls / storm.players,
    statusRequestsPerPlayer: polls / storm.players,
    statusRequestsPeak: busiest(pollsAt),
    awsCallsPeak: busiest(callsAt),
    tableWritesPerPlayer: counts.writes / storm.players,
    tableThrottles: counts.throttled,
    waitP50: seconds(0.5),
    waitP99: seconds(0.99),
  };
}

function busiest(perSecond: readonly number[]): number {
  return perSecond.reduce((most, count) => Math.max(most, count), 0);
}
