/**
 * Faults that the broker had, and faults of each kind that the invariants are about, each as a change of the sources in
 * memory: planted again, the campaign must find them. A patch that no longer fits the sources fails loudly; write it anew then.
 */
import type { Patch } from './bundle.ts';
import type { FaultKind, Invariant } from './plan.ts';

export interface Planted {
  /** What is wrong then, in a sentence. */
  name: string;
  /** The invariant that it violates, and what the campaign says of it. */
  invariant: Invariant;
  what: RegExp;
  patches: readonly Patch[];
  /** Which faults bring it out; all where it does not say. */
  kinds?: readonly FaultKind[];
  /** The first seed that is tried: a rare fault is looked for where it was found. */
  from?: number;
}

const reconnect = 'lambdas/routes/reconnect/reconnect.ts';
const outcomes = 'lambdas/routes/reconnect/outcomes.ts';

/** Faults that an attack, and later the campaign itself, have found in the broker. */
export const HISTORICAL: readonly Planted[] = [
  {
    name: "a page that started gets the answer to another device's offer, since the answer to that device was lost",
    invariant: 11,
    what: /applied the answer to another offer/,
    patches: [
      {
        file: 'lambdas/routes/status/status.ts',
        from: 'mayHaveReconnected(record) ? undefined : seen?.signalResponse',
        to: 'record.connectedRequest === undefined ? seen?.signalResponse : undefined',
      },
      {
        file: 'lambdas/sessions/session-table.ts',
        from: 'changes.startResponse === undefined ? undefined : NEVER_RECONNECTED',
        to: 'changes.startResponse === undefined ? undefined : { condition: "", names: {} }',
      },
    ],
    from: 7_073_699,
  },
  {
    name: 'two devices take the stream from each other for ever, after the table lost the connection of one that insisted',
    invariant: 11,
    what: /shows connected, but its session is RECONNECTING/,
    patches: [
      {
        file: 'lambdas/sessions/connection-history.ts',
        from: "if (follows === '')",
        to: 'if (follows === null)',
      },
    ],
    from: 7_076_299,
  },
  {
    name: 'an offer that another request used goes to AWS again, if the function of its second request died before it judged it',
    invariant: 1,
    what: /accepted one offer twice/,
    patches: [
      {
        file: 'lambdas/sessions/connection.ts',
        from: 'const uses = repeat ? usedOffers.filter((used) => !isSameRequest(used, request)) : usedOffers;',
        to: 'const uses = repeat ? [] : usedOffers;',
      },
    ],
    from: 1880,
  },
  {
    name: 'the connection of a request that is under way belongs to no history, and its device is told of another one',
    invariant: 4,
    what: /taken_over/,
    patches: [
      {
        file: 'lambdas/sessions/connection.ts',
        from: '!isInHistory(history, named) && named !== underWay?.connectionId',
        to: '!isInHistory(history, named)',
      },
    ],
    kinds: ['table'],
  },
  {
    name: 'two offers that differ in half a character are one, and the second one unpacks the answer of the first',
    invariant: 3,
    what: /reconnect answered broker_misconfigured/,
    patches: [
      {
        file: 'lambdas/problems/validation.ts',
        from: 'if (!value.isWellFormed() || !offer.sdp.isWellFormed()) return',
        to: 'if (value === "") return',
      },
      {
        file: 'lambdas/problems/validation.ts',
        from: 'if (torn !== undefined) return',
        to: 'if (torn === "") return',
      },
      {
        file: reconnect,
        from: "deps.log.error('answer not unpacked', { cause: (error as Error).name });",
        to: 'if (Date.now() > 0) throw error;',
      },
    ],
  },
  {
    name: 'a failure of one player is counted in each of the sessions that the player starts',
    invariant: 8,
    what: /counted twice/,
    patches: [
      {
        file: 'lambdas/reliability/affected-players.ts',
        from: 'return written !== null;',
        to: 'return true;',
      },
    ],
  },
  {
    name: 'accounts that guess together keep the owner of a session out, since the budget of all is a window that begins with each second',
    invariant: 5,
    what: /accounts that guess/,
    patches: [
      {
        file: 'lambdas/limits/import-limiter.ts',
        from: 'const isFirst = mayBeFirst && (await claimFirst(playerId, now));',
        to: 'const isFirst = mayBeFirst && Date.now() < 0;',
      },
      {
        file: 'lambdas/limits/import-limiter.ts',
        from: 'const intervalMs = 1000 / perSecond;',
        to: 'const intervalMs = 1000;',
      },
      {
        file: 'lambdas/limits/import-limiter.ts',
        from: 'takeFromRateLimit(table, sharedKey(region), place)',
        to: 'takeFromRateLimit(table, { ...sharedKey(region), sk: String(Math.floor(now / 1000)) }, place)',
      },
    ],
  },
  {
    name: 'a start whose answer AWS lost, and does not repeat, is told for ever that the stream group is not available',
    invariant: 4,
    what: /start still answers stream_group_unavailable/,
    patches: [
      {
        file: 'lambdas/gameliftstreams/refusals.ts',
        from: '(maybeAccepted && needsStatusLookup(failure))',
        to: '(maybeAccepted && failure.message === "")',
      },
    ],
    kinds: ['aws'],
  },
  {
    name: 'an ended session is said to be still running, since a reconnect under way or a clock behind wrote over its end',
    invariant: 4,
    what: /whose end was answered before/,
    patches: [
      { file: 'lambdas/sessions/session-table.ts', from: 'return finalStatus({', to: 'return ({' },
      {
        file: 'lambdas/sessions/session-table.ts',
        from: 'const isEnd = changes.endedAt !== undefined;',
        to: 'const isEnd = false;',
      },
    ],
  },
  {
    name: 'a device that was overtaken takes the stream back by repeating a request whose function died',
    invariant: 6,
    what: /overtaken/,
    patches: [
      {
        file: 'lambdas/sessions/connection.ts',
        from: 'const own = answered || ',
        to: 'const own = repeat || ',
      },
    ],
    from: 10_000,
  },
  {
    name: 'a start that another one has pushed out of its slot is sent to AWS again, which knows its token',
    invariant: 4,
    what: /start answered invalid_request to a valid request/,
    patches: [
      {
        file: 'lambdas/routes/start/reservation.ts',
        from: 'const earlierRequests = earlierRequestsOf(slot, fingerprint);',
        to: 'const earlierRequests = earlierRequestsOf(slot, fingerprint).slice(0, 0);',
      },
    ],
    kinds: ['aws'],
  },
];

/** Faults that only one kind of table shows: one that returns the item of a failed condition, or one that does not. */
export const OF_ONE_TABLE: readonly Planted[] = [
  {
    name: 'the item of a failed condition is read without its answer, so that a request is judged anew',
    invariant: 2,
    what: /answered before/,
    patches: [
      {
        file: 'lambdas/dynamodb/table.ts',
        from: 'item: error.Item && unmarshall(error.Item)',
        to: 'item: error.Item && { ...unmarshall(error.Item), answer: undefined }',
      },
    ],
  },
];

/** One for each invariant that none of the historical ones violates. */
export const OF_EACH_KIND: readonly Planted[] = [
  {
    name: 'a start that is repeated asks AWS for what the renewed token says, not for what it asked first',
    invariant: 1,
    what: /AWS got other parameters/,
    patches: [
      {
        file: 'lambdas/routes/start/start.ts',
        from: 'parameters: before ?? decideParameters(request, deps)',
        to: 'parameters: decideParameters(request, deps)',
      },
    ],
  },
  {
    name: 'a client token that is another one each time lets AWS accept an offer twice',
    invariant: 1,
    what: /accepted one offer twice/,
    patches: [
      {
        file: 'lambdas/identifiers/digests.ts',
        from: "return digest('connection', [",
        to: "return digest('connection', [String(Math.random()), ",
      },
    ],
  },
  {
    name: 'an answer that is stored otherwise than it was given',
    invariant: 2,
    what: /other bytes/,
    patches: [{ file: outcomes, from: 'compressAnswer(body, ', to: 'compressAnswer(body.concat(" "), ' }],
  },
  {
    name: 'an answer that is not stored at all',
    invariant: 2,
    what: /answered before/,
    patches: [{ file: outcomes, from: '    answerUntil: at + ANSWER_KEPT_MS,', to: '    answerUntil: at,' }],
  },
  {
    name: 'a table that fails is taken for a defect',
    invariant: 3,
    what: /broker_misconfigured/,
    patches: [
      {
        file: 'lambdas/dynamodb/table.ts',
        from: "      throw new Problem(\n        'upstream_unavailable',",
        to: "      throw new Error(\n        'upstream_unavailable' +",
      },
    ],
  },
  {
    name: 'all players share one budget of starts',
    invariant: 5,
    what: /beside others/,
    patches: [
      {
        file: 'lambdas/routes/start/start.ts',
        from: "deps.counters.spend(playerId, 'start', limit,",
        to: "deps.counters.spend('ACCOUNT', 'start', 1,",
      },
    ],
  },
  {
    name: "sessions are kept by their id alone, so that a player finds another's",
    invariant: 6,
    what: /another player's session/,
    patches: [
      {
        file: 'lambdas/sessions/session-table.ts',
        from: 'return { pk: playerId, sk: `',
        to: "return { pk: 'ALL', sk: `",
      },
    ],
  },
  {
    name: 'AWS is asked to end a session before it is known whose it is',
    invariant: 7,
    what: /never asked for it/,
    patches: [
      {
        file: 'lambdas/routes/terminate/terminate.ts',
        from: '  if (!known) {',
        to: '  if (!known) {\n    await deps.terminateStreamSession(key, endsBy - RESERVE_MS, metrics);',
      },
    ],
  },
  {
    name: 'a session is asked for no more than once, so that a dropped player is not back in time',
    invariant: 7,
    what: /lost the session/,
    patches: [
      {
        file: 'lambdas/sessions/connection.ts',
        from: '  if (isOver(record.status)) throw endedProblem(record);',
        to: "  if (isOver(record.status)) throw endedProblem(record);\n  if (record.connectedRequest !== undefined) throw new Problem('session_not_reconnectable', '', { retryAfterMs: 1000 });",
      },
    ],
  },
];

/** Faults of what operators do between the players' requests. */
export const OF_OPERATORS: readonly Planted[] = [
  {
    name: 'the end of a pause is a pause for those whose clock is behind',
    invariant: 10,
    what: /although new sessions were not paused/,
    patches: [
      {
        file: 'lambdas/limits/start-brake.ts',
        from: 'if (until <= setAt) return undefined;',
        to: '',
      },
    ],
    from: 700,
  },
  {
    name: 'the operator API lets in every principal that IAM lets in',
    invariant: 9,
    what: /to stranger|for stranger/,
    patches: [
      {
        file: 'lambdas/operators/operator-api.ts',
        from: 'const entry = operatorEntry(userArn, settings.operators);',
        to: "const entry = operatorEntry(userArn, settings.operators) ?? (userArn && 'anybody');",
      },
    ],
  },
  {
    name: "a player's access token opens the operator API",
    invariant: 9,
    what: /to player|for player/,
    patches: [
      {
        file: 'lambdas/operators/operator-api.ts',
        from: 'const { userArn, accessKey } = requestContext.authorizer?.iam ?? {};',
        to: 'const { userArn, accessKey } = requestContext.authorizer?.iam ?? { userArn: requestContext.authorizer.jwt.claims.sub };',
      },
    ],
  },
  {
    name: 'a session is ended before that is recorded',
    invariant: 9,
    what: /operator-terminate had an effect before it was recorded/,
    patches: [
      {
        file: 'lambdas/routes/operator-terminate/terminate.ts',
        from: "  await write('requested', seen);\n",
        to: '',
      },
    ],
  },
  {
    name: 'a shell is handed out although it could not be recorded',
    invariant: 9,
    what: /handed out credentials without a record/,
    patches: [
      {
        file: 'lambdas/routes/operator-shell/shell.ts',
        from: "await write('opened');",
        to: "await write('opened').catch(() => {});",
      },
    ],
  },
  {
    name: 'a player who plays is forgotten',
    invariant: 7,
    what: /deleted the record of a session that is/,
    patches: [
      {
        file: 'lambdas/routes/operator-forget/forget.ts',
        from: 'if (live === undefined) return known;',
        to: 'if (live === undefined || playerId) return known;',
      },
    ],
  },
  {
    name: 'a record stays when its player is forgotten',
    invariant: 9,
    what: /left a record of the player/,
    patches: [
      {
        file: 'lambdas/routes/operator-forget/forget.ts',
        from: 'for (let from = 0; from < known.length',
        to: 'for (let from = 1; from < known.length',
      },
    ],
  },
  {
    name: "a session whose record was deleted becomes another player's who names it",
    invariant: 6,
    what: /another player's session/,
    patches: [
      {
        file: 'lambdas/sessions/import-session.ts',
        from: 'if (seen?.userId !== key.playerId) return undefined;',
        to: "if (seen === undefined || (seen.userId !== key.playerId && seen.status !== 'TERMINATED')) return undefined;",
      },
    ],
  },
  {
    name: 'a pause stops no start',
    invariant: 10,
    what: /began a session while/,
    patches: [
      {
        file: 'lambdas/limits/start-brake.ts',
        from: 'return now >= ends ? undefined',
        to: 'return now >= setAt ? undefined',
      },
    ],
  },
  {
    name: 'a start that is refused as paused keeps its slot',
    invariant: 10,
    what: /wrote to its slot/,
    patches: [
      {
        file: 'lambdas/routes/start/start.ts',
        from: "if (brake && decision.do === 'start' && decision.slot.request === undefined) {",
        to: 'if (deps.now() < 0) {',
      },
      { file: 'lambdas/routes/start/start.ts', from: 'if (brake && !repeat) {', to: 'if (deps.now() < 0) {' },
      {
        file: 'lambdas/routes/start/start.ts',
        from: '  const clientToken = startClientToken(',
        to: '  if (brake && !repeat) throw startsPaused(brake, deps.now(), deps.random());\n  const clientToken = startClientToken(',
      },
    ],
  },
  {
    name: 'a start that was answered before is refused as paused',
    invariant: 10,
    what: /answered before was refused as paused/,
    patches: [
      {
        file: 'lambdas/routes/start/start.ts',
        from: "  if (decision.do === 'replay') return",
        to: "  if (brake) throw startsPaused(brake, deps.now(), deps.random());\n  if (decision.do === 'replay') return",
      },
    ],
  },
];

/** Faults of the shipped client. */
export const OF_PAGES: readonly Planted[] = [
  {
    name: 'a page waits a twentieth of the time that it was told to wait',
    invariant: 11,
    what: /request after request without a pause/,
    patches: [
      {
        file: 'client/src/requests.ts',
        from: '      await requests.sleep(ms, firm);',
        to: '      await requests.sleep(ms / 20, firm);',
      },
    ],
  },
  {
    name: 'a page gives up after two failures, however much time is left',
    invariant: 11,
    what: /refused for good|gave up/,
    patches: [
      {
        file: 'client/src/reconnect-policy.ts',
        from: 'if (most < FLOOR_MS) return expired;',
        to: 'if (failures > 2) return expired;',
      },
    ],
  },
];

/** Faults of what comes of a page's reports. */
export const OF_REPORTS: readonly Planted[] = [
  {
    name: 'all players share one count of reports, so that one who lies silences the others',
    invariant: 8,
    what: /on an item other than its player's count of reports/,
    patches: [
      {
        file: 'lambdas/routes/recoveries/report.ts',
        from: 'counters.spend(ownerOf(playerId)',
        to: "counters.spend(ownerOf('EVERYBODY')",
      },
    ],
  },
  {
    name: "a page's own reports are refused before there are too many of them",
    invariant: 5,
    what: /reports in this minute got too_many_requests/,
    patches: [
      {
        file: 'lambdas/routes/recoveries/report.ts',
        from: 'const PER_MINUTE = 4;',
        to: 'const PER_MINUTE = 2;',
      },
    ],
  },
  {
    name: 'an impossible time in a report is counted as it is',
    invariant: 8,
    what: /a report counted BackAfter/,
    patches: [
      {
        file: 'lambdas/routes/recoveries/recovery.ts',
        from: 'Math.round(Math.min(most, Math.max(0, value)))',
        to: 'Math.round(value)',
      },
    ],
  },
  {
    name: 'a report counts as a failed request, which alarms are about',
    invariant: 8,
    what: /a report counted Failed/,
    patches: [
      {
        file: 'contract/metrics.ts',
        from: "recoveries: { outcomes: [], metrics: ['BackAfter',",
        to: "recoveries: { outcomes: [], metrics: ['Failed', 'BackAfter',",
      },
      {
        file: 'lambdas/observability/metrics.ts',
        from: "  if (sliOutcome !== 'excluded') {",
        to: "  if (sliOutcome !== 'excluded' || route === 'recoveries') {",
      },
    ],
  },
  {
    name: 'a report looks up whose session it names, which its role denies',
    invariant: 3,
    what: /recoveries calls GetItem on the table sessions/,
    patches: [
      {
        file: 'lambdas/routes/recoveries/handler.ts',
        from: 'const { settings, counters, now, log } = commonDependencies();',
        to: 'const { settings, counters, now, log, sessions } = commonDependencies();',
      },
      {
        file: 'lambdas/routes/recoveries/handler.ts',
        from: '  await reportRecovery(request, deps);',
        to: '  await sessions.read(request);\n  await reportRecovery(request, deps);',
      },
    ],
  },
];
