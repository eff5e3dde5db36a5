import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { concurrencyLimit } from '../../bench/broker/concurrency-limit.ts';
import { endChildren, startChild } from '../../bench/storm/child.ts';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { freeBasePort, portsFrom } from '../../local/ports.ts';
import { controlOf } from '../emulator-control.ts';
import { playerApi } from './api.ts';
import { type Audited, auditAtEnd, auditSoFar } from './audit.ts';
import { startAwsProxy } from './aws-proxy.ts';
import { createAwsRecord } from './aws-record.ts';
import { type EmulatorSession, isOver } from './emulator.ts';
import { faultPlan, type PlannedMoment } from './fault-plan.ts';
import { soakFaults } from './faults.ts';
import type { Growth } from './growth.ts';
import type { DeploymentMessage, DeploymentTask } from './messages.ts';
import { type SoakPlayer, soakPlayer } from './player.ts';
import type { Answer, PlayerRequest } from './request.ts';
import { type Counts, createTally } from './tally.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { type Broken, createViolations, type Promised } from './violations.ts';
import { watchProcesses } from './watch.ts';

export interface SoakOptions {
  minutes: number;
  players: number;
  seed: number;
  /** Ends the soak early, with the counts so far. */
  stop: AbortSignal;
  onProgress?: (line: string) => void;
  /** Called with each broken promise. */
  onViolation?: (promise: Promised, what: string) => void;
  /** For tests: other faults than the seed's. */
  plan?: readonly PlannedMoment[];
  /** For tests: a bug in the functions' bundles. */
  plant?: DeploymentTask['plant'];
  /** For tests without killed functions: how long one may take; absent: as the template says. */
  functionTimeoutSeconds?: number;
}

export interface SoakResult extends Counts {
  seed: number;
  players: number;
  seconds: number;
  /** Whether it was ended before its time; players were not led back then. */
  interrupted: boolean;
  /** Offers that AWS accepted: sessions and connections. */
  accepted: number;
  faults: Readonly<Record<string, number>>;
  violations: Readonly<Partial<Record<Promised, Broken>>>;
  /** How many processes of each kind there were. */
  processes: Readonly<Record<string, number>>;
  growth: readonly Growth[];
}

const AUDIT_EVERY_MS = 10_000;
const PROGRESS_EVERY_MS = 1000;
const WARM_UP_AT_ONCE = 4;
/** So often a player tries to get back once nothing fails any more. */
const RETURNS = 20;

/** Starts a deployment of its own, and lets players play at it while everything fails. @throws Error when it can't be started */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-soak-'));
  const closers: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  try {
    const basePort = await freeBasePort();
    const ports = portsFrom(basePort);
    const at = (port: number) => `http://127.0.0.1:${port}`;
    const violations = createViolations(options.onViolation);
    const aws = createAwsRecord(violations);
    const tally = createTally(violations);
    const playerOfId = new Map<string, number>();
    const playerOf = (userId: string) => playerOfId.get(userId);

    const gateway = await startTcpProxy(at(ports.api));
    closers.push(() => gateway.close());
    const table = await startTcpProxy(at(ports.table));
    closers.push(() => table.close());
    const gameLiftStreams = await startAwsProxy(at(ports.gameLiftStreams), {
      sent: aws.sent,
      answered(call, made) {
        aws.answered(call, made);
        const owner = call.userId === undefined ? undefined : playerOf(call.userId);
        if (owner !== undefined) tally.owned(made.split('/').at(-1) ?? '', owner);
      },
    });
    closers.push(() => gameLiftStreams.close());

    const { plant, functionTimeoutSeconds } = options;
    const task: DeploymentTask = {
      directory,
      basePort,
      table: table.url,
      gameLiftStreams: gameLiftStreams.url,
      ...(plant === undefined ? {} : { plant }),
      ...(functionTimeoutSeconds === undefined ? {} : { functionTimeoutSeconds }),
    };
    const deployment = startChild<DeploymentMessage, never>(
      new URL('deployment-process.ts', import.meta.url).href,
      task,
    );
    closers.push(() => deployment.end());
    deployment.on((message) => {
      if (message.kind === 'progress') options.onProgress?.(`${message.line} ...`);
    });
    const endNow = () => void endChildren();
    options.stop.addEventListener('abort', endNow);
    const { endpoints } = await deployment.next('ready');
    options.stop.removeEventListener('abort', endNow);

    for (const number of Array.from({ length: options.players }).keys())
      playerOfId.set(playerIdOf(endpoints.identity, nameOf(number), 'pseudonym'), number);
    const ended = new Set<string>();
    const audited: Audited = {
      control: controlOf(endpoints.gameLiftStreams),
      aws,
      tally,
      violations,
      playerOf,
      askedToEnd: (session) => ended.has(session),
    };
    return await play(options, { ...audited, gateway, table, endpoints, ended });
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

const nameOf = (player: number) => `soak-${player}`;

interface Stage extends Audited {
  gateway: Awaited<ReturnType<typeof startTcpProxy>>;
  table: Awaited<ReturnType<typeof startTcpProxy>>;
  endpoints: Endpoints;
  ended: Set<string>;
}

async function play(options: SoakOptions, stage: Stage): Promise<SoakResult> {
  const { seed, stop } = options;
  const { control, tally, aws, violations, endpoints, gateway, table, ended } = stage;
  const answers = () => tally.counts().served;
  const faults = soakFaults({
    seed,
    players: gateway,
    table,
    control,
    deploymentPid: endpoints.pid,
    answers,
  });

  const ask = async (api: ReturnType<typeof playerApi>, request: PlayerRequest) => {
    const answer = await api.send(request);
    if (answer) tally.answered(request, answer);
    else if (!stop.aborted) tally.lost(request);
    await requireTrueEnd(request, answer, stage);
    return answer;
  };
  const players: SoakPlayer[] = Array.from({ length: options.players }, (_, number) => {
    const api = playerApi(nameOf(number), { api: gateway.url, endpoints, stop });
    return soakPlayer(number, {
      seed,
      api,
      stop,
      ask: (request) => ask(api, request),
      drop: (session) => dropClient(control, session),
      asksToEnd: (session) => ended.add(session),
      foreignSession: (player) =>
        players.map(({ session }) => session).find((id, at) => at !== player && id !== undefined),
    });
  });

  options.onProgress?.('Every player starts a session and connects once ...');
  // A few at a time: the functions are loaded now, and the machine may be busy.
  const entrance = concurrencyLimit(WARM_UP_AT_ONCE);
  await Promise.all(players.map((player) => entrance.run(() => player.warmUp())));

  const wholeMs = options.minutes * 60_000;
  const over = new AbortController();
  const playing = AbortSignal.any([stop, over.signal]);
  const watch = watchProcesses(endpoints.pid);
  const begun = performance.now();
  const progress = setInterval(() => options.onProgress?.(progressOf(begun, stage)), PROGRESS_EVERY_MS);
  const all = [
    ...players.map((player) => player.play(playing)),
    faults.run(options.plan ?? faultPlan(seed, wholeMs), playing),
    auditEvery(stage, playing),
  ];
  await Promise.race([delay(wholeMs, undefined, { signal: stop }).catch(() => {}), ...all.map(never)]);
  const playedMs = performance.now() - begun;
  over.abort();
  watch.stop();
  await faults.heal();
  await Promise.all(all);
  if (!stop.aborted) {
    options.onProgress?.('The faults are over: every player gets back ...');
    await Promise.all(players.map((player, number) => getBack(player, number, stage)));
  }
  if (stop.aborted) await auditSoFar(stage);
  else await auditAtEnd(stage);
  clearInterval(progress);
  for (const player of players) player.close();

  const { growth, started } = watch.result(playedMs);
  return {
    seed,
    players: options.players,
    seconds: Math.round(playedMs / 1000),
    interrupted: stop.aborted,
    ...tally.counts(),
    accepted: aws.accepted(),
    faults: faults.counts(),
    violations: violations.all(),
    processes: started,
    growth,
  };
}

/** Only a failure of it ends the wait: a player that fails is a defect of the soak, and must not go unseen until the end. */
const never = (work: Promise<unknown>) => work.then(() => new Promise<never>(() => {}));

async function auditEvery(stage: Stage, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await delay(AUDIT_EVERY_MS, undefined, { signal: until }).catch(() => {});
    await auditSoFar(stage);
  }
}

function progressOf(begun: number, { tally, aws, violations }: Stage): string {
  const { requests, lost } = tally.counts();
  const seconds = Math.round((performance.now() - begun) / 1000);
  const broken = Object.values(violations.all()).reduce((sum, { times }) => sum + times, 0);
  return `${seconds} s: ${requests} requests, ${lost} without an answer, ${aws.accepted()} offers accepted, ${broken} broken promises`;
}

async function dropClient(control: Stage['control'], session: string): Promise<void> {
  // Where nobody is connected there is nothing to lose.
  await control('POST', `streamsessions/${session}/drop`, { how: 'blackhole' }).catch(() => {});
}

async function statusOf(control: Stage['control'], session: string): Promise<string | undefined> {
  const found = await control('GET', `streamsessions/${session}`).catch(() => undefined);
  return (found as EmulatorSession | undefined)?.status;
}

/** An end is final: a session that is said to be over must be over at AWS afterwards too. */
async function requireTrueEnd(
  { player, session, foreign }: PlayerRequest,
  answer: Answer | undefined,
  { control, violations }: Stage,
): Promise<void> {
  const { code, streamSession } = answer?.json ?? {};
  const saysSo = code === 'stream_session_ended' || (streamSession && isOver(streamSession.status));
  const told = streamSession?.streamSessionId ?? session;
  if (!saysSo || foreign || told === undefined) return;
  const status = await statusOf(control, told);
  if (status !== undefined && !isOver(status))
    violations.add('false end', `player ${player} was told that ${told} is over, and it is ${status}`);
}

/** Nothing fails any more: a player whose session lives gets back into it. */
async function getBack(player: SoakPlayer, number: number, { control, violations }: Stage): Promise<void> {
  const { session } = player;
  if (session === undefined) return;
  let last = 'not yet';
  for (let tries = 0; tries < RETURNS && last === 'not yet'; tries++) {
    await dropClient(control, session);
    last = await player.returnOnce();
  }
  if (last !== 'not yet') return;
  const status = (await statusOf(control, session)) ?? 'TERMINATED';
  if (!isOver(status))
    violations.add('left behind', `player ${number}, whose session ${session} is ${status}`);
}
