/** Runs one plan in virtual time and judges it. The same plan over the same code gives the same result. */
import { memoryAws } from './aws.ts';
import type { Route, SandboxCode } from './bundle.ts';
import { checked, type Truth } from './checks.ts';
import { crowdActs, isCrowd } from './crowds.ts';
import { type Exchange, environment, exchanger } from './exchange.ts';
import type { Plan, Step, Violation } from './plan.ts';
import { type Asked, askedBy, deviceOf, newPlayer, type Player } from './players.ts';
import { keptPromises } from './promises.ts';
import type { Stage } from './stage.ts';
import { memoryTable } from './table.ts';
import { campaignTime } from './time.ts';
import { awsWay } from './trouble.ts';

export interface Ran {
  requests: number;
  /** Faults that befell a request, and outages. */
  faults: number;
  violations: Violation[];
  /** All that was asked and answered, in the order of the answers. */
  exchanges: Exchange[];
}

/** A full second, since windows of a second begin there. */
const EPOCH = 1_800_000_000_000;

/** @param code the product's functions, as `bundledRoutes` makes them */
export async function runPlan(plan: Plan, code: Record<Route, SandboxCode>): Promise<Ran> {
  const time = campaignTime(EPOCH);
  const table = memoryTable(time);
  const aws = memoryAws(time, plan.aws);
  const way = awsWay(time, aws);
  const world = { seed: plan.seed, time, table, callAws: way.call, awsWasOut: way.wasOut, environment };
  const requests = exchanger(world, code, aws, plan);
  const players = new Map<number, Player>();
  const exchanges: Exchange[] = [];
  const violations: Violation[] = [];
  const ended = new Map<string, number>();
  const offerOf = new Map<string, string>();
  const madeBy = new Map<string, string>();
  const truth: Truth = {
    aws,
    issued: requests.issued,
    past: exchanges,
    ended,
    offerOf,
    deviceOf: madeBy,
  };
  let faults = 0;
  const violate = (violation: Violation) => violations.push(violation);
  const player = (name: number) => {
    const known = players.get(name) ?? newPlayer(name);
    players.set(name, known);
    return known;
  };

  /** What the page does with an answer that reached it. */
  function learn({ asked, status, body }: Exchange): void {
    if (status >= 300 || typeof asked.player !== 'number' || asked.foreign) return;
    const actor = player(asked.player);
    if (asked.route === 'terminate' && asked.session) ended.set(asked.session, time.now());
    const session = body.streamSession?.streamSessionId;
    if (!session || !body.connectionId || !asked.offer) return;
    offerOf.set(body.connectionId, asked.offer);
    actor.session = session;
    deviceOf(actor, Number(asked.device.split('.')[1])).connections.set(session, body.connectionId);
    const atAws = aws.sessions.get(session);
    if (atAws?.accepted.at(-1)?.offer === asked.offer) aws.hold(session);
  }

  async function ask(
    asked: Asked,
    { sandbox = 0, faults: planned = [], answerLost = false }: Partial<Step> = {},
  ): Promise<Exchange> {
    faults += planned.length + Number(answerLost);
    if (asked.offer !== undefined && !madeBy.has(asked.offer)) madeBy.set(asked.offer, asked.device);
    const exchange = await requests.send(asked, { sandbox, faults: planned });
    violations.push(...checked(exchange, truth));
    if (!answerLost) {
      exchanges.push(exchange);
      learn(exchange);
    }
    return exchange;
  }

  const stage: Stage = { plan, time, aws, player, ask, violate, exchanges };
  let crowds = 0;
  let defect: unknown;
  /** What breaks the campaign itself ends the run. */
  const breaks = (error: unknown) => {
    defect ??= error;
  };
  function act(step: Step): void {
    const { deed } = step;
    const actor = player(step.player);
    if (deed.kind === 'drop') {
      if (actor.session) aws.drop(actor.session);
    } else if (deed.kind === 'elsewhere') actor.session = aws.startElsewhere(actor.playerId);
    else if (deed.kind === 'outage') {
      faults++;
      const until = time.now() + deed.ms;
      if (deed.of === 'aws') way.outage(deed.how, until);
      else table.outage(deed.how === 'throttled' ? 'refused' : deed.how, until);
    } else if (isCrowd(deed)) {
      crowds++;
      const done = () => crowds--;
      crowdActs(step, deed, stage).catch(breaks).then(done);
    } else {
      const asked = askedBy(step, actor, player);
      if (asked) ask(asked, step).catch(breaks);
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
    return left === 0 && crowds === 0 && requests.open() === 0;
  };
  await time.until(idle);
  const during = exchanges.length;
  way.heal();
  table.heal();
  await keptPromises(stage, during);
  for (const id of aws.twice) violate({ invariant: 1, what: `AWS accepted one offer twice, for ${id}` });
  for (const id of aws.ended) {
    const owner = aws.sessions.get(id)?.userId;
    const wanted = requests.issued.some(
      ({ asked }) =>
        asked.route === 'terminate' &&
        asked.session === id &&
        typeof asked.player === 'number' &&
        player(asked.player).playerId === owner,
    );
    if (!wanted) violate({ invariant: 7, what: `${id} was ended, and its player never asked for it` });
  }
  return { requests: requests.issued.length, faults, violations, exchanges };
}
