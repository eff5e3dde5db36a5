/** The shipped client as the player: its pages, their networks, and what must be true when the networks are back. */
import type { ClientConnection, Stream, StreamState } from '../../client/src/index.ts';
import { type AwsSession, isOverAtAws } from './aws.ts';
import type { SandboxCode } from './bundle.ts';
import { chanceOf } from './chance.ts';
import type { Action, Fault, FaultKind, Step } from './plan.ts';
import type { PlayerRequest } from './players.ts';
import type { RunContext } from './run-context.ts';

/** Between two looks of the world at a page's connection. */
const TICK_MS = 200;
/** After so long without a packet the browser doubts a connection, and gives it up. */
const DISCONNECTED_MS = 6000;
const FAILED_MS = 25_000;
/** A page is judged so long after its network is back for good: longer than any wait that an answer names. */
const JUDGED_AFTER_MS = 150_000;
/** A page whose session was free for so long has had a request that could succeed. */
const FREE_FOR_MS = 10_000;
/** More requests of one page in one second, or in ten, are a loop without a pause. */
const MOST_IN_A_SECOND = 10;
const MOST_IN_TEN_SECONDS = 30;

type Client = typeof import('../../client/src/index.ts');
type Play = Extract<Action, { kind: 'play' }>;

/** One object of the Web SDK. */
interface Sdk {
  offer: string;
  closed: boolean;
  applied: boolean;
  state: string;
  heardAt: number;
  frames: number;
  connection: ClientConnection;
}

/** Runs the client's code. It gets all of its surroundings from the environment that it is given. */
function clientOf(code: SandboxCode): Client {
  const module = { exports: {} };
  code(module);
  return module.exports as Client;
}

/** Opens a page that starts or resumes, and judges it. Resolves when it is closed. */
export async function play(
  step: Step,
  { how, darkness, api, faults }: Play,
  code: SandboxCode,
  context: RunContext,
): Promise<void> {
  const { time, aws, plan, send, violate, player } = context;
  const name = `${step.player}.${step.device}`;
  const actor = player(step.player);
  const begunAt = time.now();
  const backAt = begunAt + Math.max(0, ...darkness.map(({ from, ms }) => from + ms));
  const isDark = () =>
    darkness.some(({ from, ms }) => time.now() >= begunAt + from && time.now() < begunAt + from + ms);
  const sentAt: number[] = [];
  const sdks: Sdk[] = [];
  let sent = 0;
  let isOpen = true;
  /** When AWS last saw another page of the player connected: it takes no second one. */
  let takenAt = Number.NEGATIVE_INFINITY;
  /** Whether this page ended although its session lived, and was free for long enough. */
  let couldReturn: boolean | undefined;
  const broken = (what: string) => violate({ invariant: 11, what, step: step.id });

  const newestSession = () => [...aws.sessions.values()].findLast(({ userId }) => userId === actor.playerId);
  const sessionOf = ({ offer }: Sdk): AwsSession | undefined =>
    [...aws.sessions.values()].find(({ accepted }) => accepted.at(-1)?.offer === offer);

  function makeSdk(connection: ClientConnection) {
    const sdk: Sdk = {
      offer: JSON.stringify({ type: 'offer', sdp: `v=0\r\no=- ${name} ${step.id} ${sdks.length}\r\n` }),
      closed: false,
      applied: false,
      state: '',
      heardAt: time.now(),
      frames: 0,
      connection,
    };
    sdks.push(sdk);
    if (sdks.filter(({ closed }) => !closed).length > 2) broken('a page has three connections open');
    return {
      generateSignalRequest: async () => sdk.offer,
      async processSignalResponse(answer: string) {
        if (!answer.includes(JSON.stringify(sdk.offer).slice(1, -1)))
          broken('a page applied the answer to another offer');
        sdk.applied = true;
        sdk.heardAt = time.now();
      },
      close() {
        const session = sessionOf(sdk);
        if (!sdk.closed && sdk.applied && session?.held && !isDark()) aws.drop(session.id);
        sdk.closed = true;
      },
      getVideoRTCStats: async () =>
        new Map<string, object>([
          [
            'video',
            {
              type: 'inbound-rtp',
              kind: 'video',
              packetsReceived: 8 * sdk.frames,
              framesDecoded: sdk.frames,
            },
          ],
          ['pair', { type: 'candidate-pair', responsesReceived: sdk.frames, bytesReceived: sdk.frames }],
        ]),
    };
  }

  /** The network and AWS go on, as far as this page's connections are concerned. */
  function tick(): void {
    if (!isOpen) return;
    time.after(TICK_MS, tick);
    const newest = newestSession();
    if (newest?.status === 'CONNECTED' && !isOfPage(newest, name)) takenAt = time.now();
    if (stream.state.name === 'ended')
      couldReturn ??= newest !== undefined && !isOverAtAws(newest) && time.now() - takenAt > FREE_FOR_MS;
    for (const sdk of sdks.filter(({ closed, applied }) => applied && !closed)) {
      const session = sessionOf(sdk);
      const isUp = session !== undefined && !isOverAtAws(session) && !isDark();
      if (session && isUp && !session.held) {
        if (['ACTIVE', 'RECONNECTING'].includes(session.status)) aws.hold(session.id);
        else if (session.status === 'CONNECTED') aws.heal(session.id);
      }
      if (session?.held && !isUp) aws.drop(session.id);
      const plays = isUp && session.held && session.status === 'CONNECTED';
      if (plays) {
        sdk.heardAt = time.now();
        sdk.frames += 6;
      }
      const silent = time.now() - sdk.heardAt;
      const state =
        silent === 0
          ? 'connected'
          : silent >= FAILED_MS
            ? 'failed'
            : silent >= DISCONNECTED_MS
              ? 'disconnected'
              : sdk.state;
      if (state === sdk.state) continue;
      sdk.state = state;
      sdk.connection.connectionState(state);
    }
  }

  /** The faults of the page's next request, as the plan's seed says. Once the network is back there are none. */
  function faultsOfNext(): { faults: Fault[]; answerLost: boolean } {
    const at = chanceOf(plan.seed, name, step.id, 'fault', sent);
    if (time.now() > backAt || faults.length === 0 || at > 0.3) return { faults: [], answerLost: false };
    if (at < 0.1) return { faults: [], answerLost: true };
    const kind = faults[Math.floor(chanceOf(plan.seed, name, step.id, 'kind', sent) * faults.length)];
    const op = Math.floor(chanceOf(plan.seed, name, step.id, 'op', sent) * 5);
    const made: Record<FaultKind, Fault[]> = {
      aws: [{ on: 'aws', op: 0, how: op < 2 ? 'lost' : op < 3 ? 'throttled' : 'silentAfter' }],
      table: [{ on: 'table', op, how: op % 2 ? 'lost' : 'refused' }],
      kills: [{ on: 'kill', op, how: op % 2 ? 'after' : 'before' }],
      clocks: [],
    };
    return { faults: kind ? made[kind] : [], answerLost: false };
  }

  function requestOf(url: string, { method = 'GET', body, headers }: RequestInit): PlayerRequest {
    const path = new URL(url).pathname.split('/').slice(3);
    const [, , session, last] = path;
    const text = typeof body === 'string' ? body : undefined;
    const json = text === undefined ? {} : JSON.parse(text);
    const route =
      last === 'connections'
        ? 'reconnect'
        : last === 'recoveries'
          ? 'recoveries'
          : method === 'DELETE'
            ? 'terminate'
            : method === 'POST'
              ? 'start'
              : session === undefined
                ? 'sessions'
                : 'status';
    const key = new Headers(headers).get('idempotency-key') ?? undefined;
    return {
      id: `${step.id}.${sent}`,
      player: step.player,
      device: name,
      route,
      isPage: true,
      ...(session === undefined ? {} : { session }),
      ...(key === undefined ? {} : { key }),
      ...(json.signalRequest === undefined ? {} : { offer: json.signalRequest }),
      ...(json.previousConnectionId === undefined ? {} : { named: json.previousConnectionId }),
      ...(json.silentMs === undefined ? {} : { silentMs: json.silentMs }),
      ...(route === 'recoveries' ? { tells: 'back' as const, body: text ?? '' } : {}),
    };
  }

  async function fetchHere(url: string, init: RequestInit): Promise<Response> {
    const now = time.now();
    sentAt.push(now);
    sent++;
    const within = (ms: number) => sentAt.filter((at) => at > now - ms).length;
    if (within(1000) > MOST_IN_A_SECOND || within(10_000) > MOST_IN_TEN_SECONDS)
      broken('a page sends request after request without a pause');
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
    aborted.catch(() => {});
    const exchange = async (): Promise<Response> => {
      while (isDark()) {
        if (api === 'fails') throw new TypeError('Failed to fetch');
        await time.sleep(500);
      }
      init.signal?.throwIfAborted();
      const { faults: planned, answerLost } = faultsOfNext();
      const { status, text, body, replayed } = await send(requestOf(url, init), {
        sandbox: step.device,
        faults: planned,
        answerLost,
      });
      while (isDark() && api === 'hangs') await time.sleep(500);
      if (answerLost || isDark()) throw new TypeError('Failed to fetch');
      const wait = body.retryAfterMs;
      const headers = {
        ...(wait === undefined ? {} : { 'retry-after': String(Math.ceil(wait / 1000)) }),
        ...(replayed ? { 'idempotency-replayed': 'true' } : {}),
      };
      return new Response(status === 204 ? null : text, { status, headers });
    };
    return Promise.race([exchange(), aborted]);
  }

  const { createStream } = clientOf(code);
  const stream: Stream<never> = createStream({
    api: 'https://api.example.com',
    streamGroupId: 'sg-1',
    createGameLiftStreams: (connection: ClientConnection) => makeSdk(connection) as never,
    getAccessToken: () => 'token',
    environment: {
      fetch: fetchHere,
      now: time.now,
      setTimeout: (act: () => void, ms: number) => time.after(ms, act),
      clearTimeout: (cancel: unknown) => (cancel as (() => void) | undefined)?.(),
      random: () => chanceOf(plan.seed, name, step.id, 'random', sent),
      uuid: () => `page-${name}-${step.id}-${sdks.length}-${sent}`,
      locks: null,
      events: null,
      online: () => !isDark(),
      visible: () => true,
    },
  });
  tick();
  // A player who taps twice means one stream.
  if (how === 'start' || how === 'twice') void stream.start();
  if (how === 'twice') void stream.start();
  if (how === 'resume' || how === 'insist') void stream.resume({ insist: how === 'insist' });
  await time.sleep(backAt - begunAt + JUDGED_AFTER_MS);
  const what = untruthOf(stream.state, newestSession(), { name, couldReturn: couldReturn === true }, context);
  if (what !== undefined) broken(what);
  isOpen = false;
  stream.close();
}

/** Whether the newest connection of a session is this page's. */
const isOfPage = ({ accepted }: AwsSession, name: string) =>
  (accepted.at(-1)?.offer ?? '').includes(`o=- ${name} `);

/** What is not as it must be of a page whose network has been back for long; undefined where all is well. */
function untruthOf(
  state: StreamState,
  newest: AwsSession | undefined,
  { name, couldReturn }: { name: string; couldReturn: boolean },
  { aws, exchanges }: RunContext,
): string | undefined {
  const lives = newest !== undefined && !isOverAtAws(newest);
  if (state.name === 'connected') {
    const session = aws.sessions.get(state.session.streamSessionId);
    return session?.held && session.status === 'CONNECTED'
      ? undefined
      : `a page shows connected, but its session is ${session?.status} at AWS`;
  }
  if (state.name !== 'ended') return `a page is ${state.name} long after its network is back`;
  const isOwn = newest !== undefined && isOfPage(newest, name);
  switch (state.reason) {
    case 'session_ended':
    case 'no_session':
    case 'terminated':
      return lives && isOwn ? `a page shows ${state.reason}, but the session lives` : undefined;
    case 'taken_over':
      return lives && isOwn ? 'a page shows taken_over, but no other device has connected' : undefined;
    case 'refused':
      // Another page of the player has a session: this one may come back to it.
      return state.code === 'session_limit_reached' && lives && !isOwn
        ? undefined
        : `a page was refused for good with ${state.code}, although its network is back`;
    case 'expired':
      return couldReturn ? `a page gave up with ${state.code}, but its session lives` : undefined;
    default:
      return `a page ended with ${state.reason} after ${exchanges.length > 0 ? 'answers' : 'no answer'}`;
  }
}
