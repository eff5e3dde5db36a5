import { describe, expect, test } from 'vitest';
import { createThrottle, type StageLimit } from '../../../local/gateway/throttle.ts';
import type { RouteModel, ThrottleModel } from '../../../local/template/model.ts';
import { ofType, templateOf, withProvider } from '../../infra/synth.ts';
import { routeModel } from './support.ts';

const RATE = 50;
const BURST = 100;
const [stage] = ofType(
  templateOf({ ...withProvider, throttling: { ratePerSecond: RATE, burst: BURST } }),
  'AWS::ApiGatewayV2::Stage',
).map(([, { Properties }]) => Properties);
const modelOf = (limit: Record<string, number>): ThrottleModel => ({
  rateLimit: Number(limit.ThrottlingRateLimit),
  burstLimit: Number(limit.ThrottlingBurstLimit),
});
const routes = Object.entries<Record<string, number>>(stage.RouteSettings).map(([routeKey, limit]) =>
  routeModel(routeKey, { throttle: modelOf(limit) }),
);
const isReconnect = ({ routeKey }: RouteModel) => routeKey.endsWith('/connections');
const reconnect = routes.find(isReconnect) as RouteModel;
const others = routes.filter((route) => !isReconnect(route));
const rateOf = ({ throttle }: RouteModel) => throttle?.rateLimit ?? 0;

/**
 * A minute of requests at the template's limits, in virtual time.
 * @param times how often each route is asked, in times of its own rate
 * @returns how many requests of each kind were let through and refused
 */
function minute(stageLimit: StageLimit, times: { others: number; players: number; strangers: number }) {
  let now = 0;
  const hasRoomFor = createThrottle(
    { throttle: modelOf(stage.DefaultRouteSettings), routes },
    stageLimit,
    () => now,
  );
  const counts = { others: [0, 0], players: [0, 0], strangers: [0, 0] };
  const sources = [
    ...others.map((route) => ({ kind: 'others' as const, route, perSecond: rateOf(route) * times.others })),
    { kind: 'strangers' as const, route: reconnect, perSecond: RATE * times.strangers },
    { kind: 'players' as const, route: reconnect, perSecond: RATE * times.players },
  ];
  const due = sources.map(() => 0);
  for (now = 0; now < 60_000; now += 1) {
    for (const [at, { kind, route, perSecond }] of sources.entries()) {
      for (due[at] = (due[at] ?? 0) + perSecond / 1000; (due[at] ?? 0) >= 1; due[at] = (due[at] ?? 0) - 1) {
        const tally = counts[kind];
        const column = hasRoomFor(route) ? 0 : 1;
        tally[column] = (tally[column] ?? 0) + 1;
      }
    }
  }
  const told = ([accepted = 0, refused = 0]: number[]) => ({ accepted, refused });
  return { others: told(counts.others), players: told(counts.players), strangers: told(counts.strangers) };
}

describe('starts and polls at ten times their limits', () => {
  test.for<StageLimit>(['eachRoute', 'otherRoutes', 'allRoutes'])(
    'cost no reconnect, if the stage counts %s',
    (stageLimit) => {
      const { others: rush, players } = minute(stageLimit, { others: 10, players: 1, strangers: 0 });
      expect(rush.refused).toBeGreaterThan(rush.accepted * 5);
      expect(players.accepted).toBeGreaterThan(RATE * 59);
      expect(players.refused).toBe(0);
    },
  );

  test('cost reconnects, if the stage counts also what a route has refused: security.md and edge.md say so', () => {
    const { players } = minute('allRequests', { others: 10, players: 1, strangers: 0 });
    expect(players.refused).toBeGreaterThan(players.accepted);
    // As long as all together stay within the stage's limit, nobody is refused there either.
    expect(minute('allRequests', { others: 1, players: 1, strangers: 0 }).players.refused).toBe(0);
  });
});

test.for<StageLimit>(['eachRoute', 'otherRoutes', 'allRoutes', 'allRequests'])(
  'a flood of the reconnect route itself costs players their reconnects, whatever the stage counts: %s',
  (stageLimit) => {
    const { players } = minute(stageLimit, { others: 0, players: 0.5, strangers: 10 });
    expect(players.refused).toBeGreaterThan(players.accepted);
  },
);

test('a route without a limit of its own gets that of the stage, alone or with its like', () => {
  const free = [routeModel('GET /v1/a'), routeModel('GET /v1/b')];
  const taken = (stageLimit: StageLimit) => {
    const hasRoomFor = createThrottle(
      { throttle: { rateLimit: 1, burstLimit: 2 }, routes: free },
      stageLimit,
      () => 0,
    );
    return free.map((route) => [1, 2, 3].filter(() => hasRoomFor(route)).length);
  };
  expect(taken('eachRoute')).toEqual([2, 2]);
  expect(taken('otherRoutes')).toEqual([2, 0]);
  expect(taken('allRoutes')).toEqual([2, 0]);
});
