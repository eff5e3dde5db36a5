/** Runs one plan in virtual time and checks it. The same plan and code give the same result. */
import { memoryAws } from './aws.ts';
import { awsNetwork } from './aws-network.ts';
import { type Code, isOperatorRoute } from './bundle.ts';
import { checkExchange, type KnownFacts } from './checks.ts';
import { type Exchange, exchanger } from './exchange.ts';
import { runFinalChecks } from './final-checks.ts';
import { isManyRequests, sendManyRequests } from './many-requests.ts';
import { checkOperated } from './operator-checks.ts';
import { operatorRequestOf } from './operators.ts';
import { play } from './pages.ts';
import { type Pauses, pausesOf } from './pauses.ts';
import type { Plan, Step, Violation } from './plan.ts';
import { deviceOf, newPlayer, type Player, type PlayerRequest, requestOf } from './players.ts';
import { checkReport, sendReports } from './reports.ts';
import type { RunContext } from './run-context.ts';
import { memoryTable } from './table.ts';
import { campaignTime } from './time.ts';
import { witnessOf } from './witness.ts';

export interface RunResult {
  requests: number;
  /** The faults of requests, and outages. */
  faults: number;
  violations: Violation[];
  /** All exchanges, in the order of the answers. */
  exchanges: Exchange[];
}

/** A full second: windows of one second begin there. */
const EPOCH = 1_800_000_000_000;

/** @param code the product's functions, as `bundledRoutes` makes them */
export async function runPlan(plan: Plan, code: Code): Promise<RunResult> {
  const time = campaignTime(EPOCH);
  const table = memoryTable(time, plan.returnsItem);
  const aws = memoryAws(time, plan.aws);
  const awsCalls = awsNetwork(time, aws);
  const violations: Violation[] = [];
  const violate = (violation: Violation) => violations.push(violation);
  const asked = new Map<number | string, PlayerRequest>();
  const witness = witnessOf({ aws, table }, (id) => asked.get(id), violate);
  const pauses: Pauses = pausesOf(table, witness, time.now);
  const world = {
    seed: plan.seed,
    witness: witness.see,
    time,
    table,
    callAws: awsCalls.call,
    awsWasOut: awsCalls.wasOut,
  };
  const requests = exchanger(world, code, aws, plan);
  const players = new Map<number, Player>();
  const exchanges: Exchange[] = [];
  const ended = new Map<string, number>();
  const offerOf = new Map<string, string>();
  const madeBy = new Map<string, string>();
  const forgotten = new Map<string, number>();
  const facts: KnownFacts = {
    aws,
    issued: requests.issued,
    past: exchanges,
    ended,
    offerOf,
    deviceOf: madeBy,
    forgotten,
  };
  let faults = 0;
  const player = (name: number) => {
    const known = players.get(name) ?? newPlayer(name);
    players.set(name, known);
    return known;
  };

  /** Updates a page's knowledge from an answer that reached it. */
  function learn({ request, status, body, faults: had, tableWasDown }: Exchange): void {
    // An operator's end is written into the player's record where the table works.
    const isTold = request.route === 'operator-terminate' && had.length === 0 && !tableWasDown;
    if (status < 300 && isTold && request.session) ended.set(request.session, time.now());
    if (status >= 300 || typeof request.player !== 'number' || request.foreign) return;
    const actor = player(request.player);
    if (request.route === 'terminate' && request.session) ended.set(request.session, time.now());
    const session = body.streamSession?.streamSessionId;
    if (!session || !body.connectionId || !request.offer) return;
    offerOf.set(body.connectionId, request.offer);
    actor.session = session;
    deviceOf(actor, Number(request.device.split('.')[1])).connections.set(session, body.connectionId);
    const atAws = aws.sessions.get(session);
    // A page of the shipped client connects when it has applied the answer.
    if (!request.isPage && atAws?.accepted.at(-1)?.offer === request.offer) aws.hold(session);
  }

  async function send(
    request: PlayerRequest,
    { sandbox = 0, faults: planned = [], answerLost = false }: Partial<Step> = {},
  ): Promise<Exchange> {
    faults += planned.length + Number(answerLost);
    if (request.offer !== undefined && !madeBy.has(request.offer)) madeBy.set(request.offer, request.device);
    asked.set(request.id, request);
    pauses.begin(request);
    if (request.route === 'operator-forget' && request.about && !forgotten.has(request.about))
      forgotten.set(request.about, time.now());
    const exchange = await requests.send(request, { sandbox, faults: planned });
    violations.push(
      ...(isOperatorRoute(request.route)
        ? checkOperated(exchange, table)
        : request.route === 'recoveries'
          ? checkReport(exchange, exchanges, witness)
          : checkExchange(exchange, facts)),
      ...pauses.check(exchange, exchanges, requests.issued),
    );
    if (!answerLost) {
      exchanges.push(exchange);
      learn(exchange);
    }
    return exchange;
  }

  const context: RunContext = { plan, time, aws, player, send, violate, exchanges };
  let manyRequests = 0;
  let defect: unknown;
  /** A defect of the campaign itself ends the run. */
  const breaks = (error: unknown) => {
    defect ??= error;
  };
  function act(step: Step): void {
    const { action } = step;
    const actor = player(step.player);
    if (action.kind === 'drop') {
      if (actor.session) aws.drop(actor.session);
    } else if (action.kind === 'elsewhere') actor.session = aws.startElsewhere(actor.playerId);
    else if (action.kind === 'outage') {
      faults++;
      const until = time.now() + action.ms;
      if (action.of === 'aws') awsCalls.outage(action.how, until);
      else table.outage(action.how === 'throttled' ? 'refused' : action.how, until);
    } else if (action.kind === 'play') {
      manyRequests++;
      const done = () => manyRequests--;
      play(step, action, code.client, context).catch(breaks).then(done);
    } else if (action.kind === 'report') {
      manyRequests++;
      const done = () => manyRequests--;
      sendReports(step, action, context).catch(breaks).then(done);
    } else if (isManyRequests(action)) {
      manyRequests++;
      const done = () => manyRequests--;
      sendManyRequests(step, action, context).catch(breaks).then(done);
    } else if (action.kind === 'operate') {
      send(operatorRequestOf(step, action, player(action.whose)), step).catch(breaks);
    } else {
      const request = requestOf(step, actor, player);
      if (request) send(request, step).catch(breaks);
    }
  }

  let left = plan.steps.length;
  let at = 0;
  for (const step of plan.steps) {
    at += step.after;
    time.after(at, () => {
      left--;
      act(step);
    });
  }
  const idle = () => {
    if (defect !== undefined) throw defect;
    return left === 0 && manyRequests === 0 && requests.open() === 0;
  };
  await time.until(idle);
  const during = exchanges.length;
  awsCalls.heal();
  table.heal();
  await runFinalChecks(context, during);
  for (const token of aws.changed) violate({ invariant: 1, what: `AWS got other parameters with ${token}` });
  for (const id of aws.twice) violate({ invariant: 1, what: `AWS accepted one offer twice, for ${id}` });
  for (const id of aws.ended) {
    const owner = aws.sessions.get(id)?.userId;
    const wanted = requests.issued.some(
      ({ request }) =>
        request.session === id &&
        (request.route === 'terminate'
          ? typeof request.player === 'number' && player(request.player).playerId === owner
          : request.route === 'operator-terminate' && request.as === 'operator'),
    );
    if (!wanted) violate({ invariant: 7, what: `${id} was ended, although its player never asked for it` });
  }
  return { requests: requests.issued.length, faults, violations, exchanges };
}
