import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoleModel } from '../../local/template/model.ts';
import { type WatchedMetric, watchedMetrics } from '../infra/monitoring/watched-metrics.ts';
import { operatorTemplateOf, templateOf, withProvider } from '../infra/synth.ts';
import { type Deployed, deploy, droppedSession, eventually, offer, startedElsewhere } from './harness.ts';
import { ACCESS, operatorOf, playing } from './operator.ts';

const CONNECT = 'CreateStreamSessionConnection';
const START = 'StartStreamSession';
const LOOK = 'GetStreamSession';

type Line = Record<string, unknown> & { _aws?: { CloudWatchMetrics: Directive[] } };
interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string }[];
}

/** A function that is invoked by an alias must still count under its own name. */
const provisionedConcurrency = { reconnect: 2, start: 1 };
/** With a bucket operators can export files. */
const exportBucket = 'arcade-exports';

let deployed: Deployed;
/** The same, with some functions' table rights removed. */
let crippled: Deployed;
/** The ids of the players. No metric may contain them. */
const playerIds = new Set<unknown>();
let lines: { file: string; line: Line }[];

/** The route of a function, by its logical id or by the name that it runs under. */
function routeOf(name = ''): string {
  const id = name.replaceAll('-', '').toLowerCase();
  const routes =
    'operatorbrakestatus|operatorbrake|operatorforget|operatorexport|operatorshell|operatorterminate|operatorsessions|reconnect|start|status|sessions|terminate|recoveries';
  return new RegExp(`(${routes})function`).exec(id)?.[1] ?? `no route: ${name}`;
}

const named = (route: string, name: string, dimensions: Readonly<Record<string, unknown>>) =>
  `${route}: ${name} by ${Object.keys(dimensions).sort().join()}${
    typeof dimensions.outcome === 'string' && dimensions.outcome !== '*' ? ` = ${dimensions.outcome}` : ''
  }`;

/** Each metric of a line as CloudWatch would store it. */
function emitted({ line }: { line: Line }): string[] {
  return (line._aws?.CloudWatchMetrics ?? []).flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((keys) => {
      const dimensions = Object.fromEntries(keys.map((key) => [key, line[key]]));
      return Metrics.map(({ Name }) => named(routeOf(String(line.FunctionName)), Name, dimensions));
    }),
  );
}

async function readLines(of: Deployed) {
  const directory = join(of.directory, 'logs');
  // An access log is API Gateway's, and no function's.
  const files = readdirSync(directory).filter((file) => !file.endsWith('-access.log'));
  return files.flatMap((file) =>
    readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text) => ({ file, line: JSON.parse(text) as Line })),
  );
}

const answered = async (answer: Promise<{ status: number; text: string }>, status: number) => {
  const { status: got, text } = await answer;
  expect([got, text]).toEqual([status, text]);
};

/** The rights that functions lose in the second deployment: operators to write records, lists to query, reports to count. */
const LOST: [role: RegExp, right: string][] = [
  [/^operator-(shell|terminate|brake|forget|export)$/, '"dynamodb:PutItem"'],
  [/^operator-brake-status$/, '"dynamodb:GetItem"'],
  [/^(operator-)?sessions$/, '"dynamodb:Query"'],
  [/^recoveries$/, '"dynamodb:UpdateItem"'],
];
const lose = ({ policies, ...role }: RoleModel): RoleModel => ({
  ...role,
  policies: policies.map((policy) => {
    const rights = LOST.filter(([name]) => name.test(policy.name)).map(([, right]) => right);
    const left = rights.reduce(
      (text, right) => text.replaceAll(right, '"dynamodb:DeleteItem"'),
      JSON.stringify(policy),
    );
    return JSON.parse(left);
  }),
});

/** Provokes what needs a role without its rights. */
async function provokeCrippled() {
  const operator = operatorOf(crippled);
  const game = await playing(crippled);
  playerIds.add(game.playerId);
  await answered(operator.shell(game.id), 503);
  await answered(operator.terminate(game.id), 503);
  await answered(operator.setBrake(0), 503);
  await answered(operator.forget('nobody'), 503);
  await answered(operator.exportFiles(game.id), 503);
  await answered(operator.brake(), 503);
  await answered(operator.sessions(game.playerId), 503);
  const lost = await crippled.player();
  await answered(lost.sessions(), 503);
  const report = { outcome: 'healed', why: 'silence', silentMs: 2000, attempts: 1, agoMs: 0 };
  await answered(lost.report(game.id, report), 503);
}

/** Provokes everything else that an alarm or a widget uses, once. */
async function provoke() {
  const dropped = async () => {
    const player = await deployed.player();
    return { player, ...(await droppedSession(deployed, player)) };
  };
  const denied = (operation: string) => deployed.fault({ operation, kind: 'accessDenied', count: 1 });

  // A reconnect, its repetition, and another player's session.
  const back = await dropped();
  const signalRequest = offer();
  await answered(back.player.reconnect(back.id, { signalRequest }), 201);
  await answered(back.player.reconnect(back.id, { signalRequest }), 201);
  // Another reconnect right after: the first connection did not last.
  const again = await dropped();
  const first = await again.player.reconnect(again.id);
  expect(first.status).toBe(201);
  await eventually(
    () => deployed.session(again.id),
    ({ status }) => status === 'CONNECTED',
  );
  await deployed.control('POST', `streamsessions/${again.id}/drop`, { how: 'blackhole' });
  const { connectionId: previousConnectionId } = first.json;
  await eventually(
    () => again.player.reconnect(again.id, { previousConnectionId }),
    ({ status }) => status === 201,
  );
  // A page that sends silentMs, after a status lookup has seen that AWS noticed the loss.
  const silent = await dropped();
  await eventually(
    () => silent.player.status(silent.id),
    ({ json }) => json.streamSession.status === 'PENDING_CLIENT_RECONNECTION',
  );
  await answered(silent.player.reconnect(silent.id, { silentMs: 300_000 }), 201);
  await answered((await deployed.player()).reconnect(back.id), 404);
  await answered((await deployed.player()).status(back.id), 404);
  // A start and its repetition.
  const starter = await deployed.player();
  await answered(starter.start(signalRequest), 201);
  await answered(starter.start(signalRequest), 201);
  await answered(starter.sessions(), 200);
  // What players felt: back, never back, and gone meanwhile.
  const felt = { why: 'silence', silentMs: 2000, attempts: 1, agoMs: 0 };
  for (const what of [
    { outcome: 'replaced' },
    { outcome: 'given_up', ending: 'expired' },
    { outcome: 'given_up', ending: 'closed' },
  ])
    await answered(starter.report(back.id, { ...felt, ...what }), 204);
  // Denied by AWS.
  await denied(CONNECT);
  await answered((await dropped().then(({ player, id }) => ({ answer: player.reconnect(id) }))).answer, 500);
  await denied(START);
  await answered((await deployed.player()).start(), 500);
  await denied('TerminateStreamSession');
  await answered(back.player.terminate(back.id), 500);
  const looked = await dropped();
  await denied(LOOK);
  await eventually(
    () => looked.player.status(looked.id),
    ({ status }) => status === 500,
  );
  // Throttled: a poll hides it, the others wait for a ticket.
  await deployed.fault({ operation: LOOK, kind: 'throttle', count: 1 });
  const polling = setInterval(() => void looked.player.status(looked.id), 200);
  await deployed.faultsSpent().finally(() => clearInterval(polling));
  const waiting = await dropped();
  await deployed.fault({ operation: CONNECT, kind: 'throttle', count: 10 });
  await answered(waiting.player.reconnect(waiting.id), 503);
  await deployed.fault({ operation: START, kind: 'throttle', count: 10 });
  await answered((await deployed.player()).start(), 503);
  await deployed.control('DELETE', 'faults');
  // Started elsewhere: imported by a poll, and by a reconnect.
  for (const how of ['status', 'reconnect'] as const) {
    const player = await deployed.player();
    const id = await startedElsewhere(deployed, player);
    await eventually(
      () => player[how](id),
      ({ status }) => status < 300,
    );
  }
  // Operators' requests.
  const game = await playing(deployed);
  playerIds.add(game.playerId);
  const operator = operatorOf(deployed);
  await answered(operator.sessions(game.playerId), 200);
  await operator.shell(game.id);
  await answered(operator.exportFiles(game.id), 202);
  await denied(ACCESS);
  await answered(operator.shell(game.id), 500);
  await denied('TerminateStreamSession');
  await answered(operator.terminate(game.id), 500);
  await answered(operator.terminate(game.id), 204);
  // A principal that IAM allows and the settings do not.
  const stranger = operatorOf(deployed, deployed.principals.stranger);
  await answered(stranger.sessions(game.playerId), 403);
  await answered(stranger.terminate(game.id), 403);
  await answered(stranger.shell(game.id), 403);
  await answered(stranger.setBrake(60), 403);
  await answered(stranger.brake(), 403);
  await answered(stranger.forget('nobody'), 403);
  await answered(operator.forget('nobody'), 200);
  await answered(stranger.exportFiles(game.id), 403);
  await answered(operator.setBrake(0), 200);
  await answered(operator.brake(), 200);
}

const settings = { ...withProvider, operators: [], provisionedConcurrency, exportBucket };
/** The metrics of alarms and widgets. CloudWatch itself counts the access log. */
const watched: WatchedMetric[] = [templateOf(settings), operatorTemplateOf(settings)]
  .flatMap(watchedMetrics)
  .filter(({ namespace, name }) => namespace === 'Rejoin' && name !== 'TurnedAway');
const seriesOf = ({ name, dimensions }: WatchedMetric) =>
  named(dimensions.FunctionName === '*' ? '*' : routeOf(dimensions.FunctionName), name, dimensions);
/** A series, whatever its outcome and function. */
const anyOutcome = (series: string) => series.replace(/ = .+$/, '');
const anywhere = (series: string) => series.replace(/^\w+/, '*');

/** The metrics that are used and were not counted. */
function missingIn(read: typeof lines): string[] {
  const counted = new Set(read.flatMap(emitted).flatMap((each) => [each, anyOutcome(each), anywhere(each)]));
  return watched.map(seriesOf).filter((series) => !counted.has(series));
}

beforeAll(async () => {
  deployed = await deploy({
    settings: { adoption: { enabled: true }, provisionedConcurrency, exportBucket },
  });
  await provoke();
  crippled = await deploy({ settings: { exportBucket }, alterRoles: (roles) => roles.map(lose) });
  await provokeCrippled();
  const read = async () => [...(await readLines(deployed)), ...(await readLines(crippled))];
  // The last log line comes a moment after its answer. The tests report what is still missing.
  lines = await eventually(read, (all) => missingIn(all).length === 0).catch(read);
  for (const { line } of lines) if (line.playerId !== undefined) playerIds.add(line.playerId);
});
afterAll(async () => {
  await deployed?.close();
  await crippled?.close();
});

describe('a metric that an alarm or a widget uses', () => {
  it('is counted by a running function under its name and dimensions', () => {
    expect(watched.length).toBeGreaterThan(35);
    expect(missingIn(lines)).toEqual([]);
  });

  it('has no unused siblings: each function counts only what is used', () => {
    const wanted = new Set(watched.map(seriesOf));
    const unwatched = lines
      .flatMap(emitted)
      .filter((each) => ![each, anyOutcome(each), anywhere(each)].some((series) => wanted.has(series)));
    expect([...new Set(unwatched)]).toEqual([]);
  });

  it('names no player, no session and no operator', () => {
    const metrics = lines.filter(({ line }) => line._aws);
    expect(playerIds.size).toBeGreaterThan(5);
    for (const { line } of metrics) {
      for (const value of Object.values(line)) expect(playerIds).not.toContain(value);
      expect(Object.keys(line)).not.toContain('streamSessionId');
    }
  });
});

describe("a player function's line", () => {
  it("has the answer's request id, the route and the player, and the session where the path has one", () => {
    const players = lines.filter(
      ({ file, line }) => !line._aws && !routeOf(file.replace('.log', '')).startsWith('operator'),
    );
    expect(players.length).toBeGreaterThan(10);
    const lacking = players.filter(
      ({ line }) =>
        typeof line.requestId !== 'string' ||
        typeof line.playerId !== 'string' ||
        typeof line.route !== 'string' ||
        (!['start', 'sessions'].includes(line.route) && typeof line.streamSessionId !== 'string'),
    );
    expect(lacking).toEqual([]);
  });

  it('names the player of each failure that the metric counts, so that one query says whether it is one player', () => {
    const by = (all: typeof lines) => all.map(({ file }) => file).toSorted();
    const counted = lines.filter(({ line }) => line._aws && line.Failed === 1);
    const named = lines.filter(({ line }) => line.countedAs === 'failure');
    expect(new Set(by(counted)).size).toBeGreaterThan(1);
    expect(by(named)).toEqual(by(counted));
    for (const { line } of named) {
      expect(line.level).not.toBe('INFO');
      expect(playerIds).toContain(line.playerId);
    }
  });

  it('has level error only where a person must act, and exists for each step of a player', () => {
    const steps = new Map(
      lines.filter(({ line }) => !line._aws).map(({ line }) => [`${line.message}`, line.level]),
    );
    expect(Object.fromEntries(steps)).toMatchObject({
      connected: 'INFO',
      started: 'INFO',
      replayed: 'INFO',
      adopted: 'INFO',
    });
    const errors = lines.filter(({ line }) => line.level === 'ERROR');
    expect(errors.map(({ line }) => line.code)).toEqual(errors.map(() => 'broker_misconfigured'));
  });
});
