/** Makes a plan from a seed: who acts, and what fails. */
import { chanceOf, wholeOf } from './chance.ts';
import {
  type Action,
  type AwsChoices,
  FAULTS,
  type Fault,
  type FaultKind,
  type OfferChoice,
  type Plan,
  type Step,
} from './plan.ts';
import { type StepDraft, scenario } from './scenarios.ts';

/** Draws numbers one after another, each for a purpose of its own. */
function drawer(seed: number) {
  let count = 0;
  const chance = () => chanceOf(seed, 'plan', count++);
  const pick = <T>(...of: readonly T[]) => of[Math.floor(chance() * of.length)] as T;
  const whole = (least: number, most: number) => wholeOf(least, most, seed, 'plan', count++);
  return { chance, pick, whole };
}
type Drawer = ReturnType<typeof drawer>;

function awsChoices({ pick }: Drawer): AwsChoices {
  return {
    repeated: pick('answer', 'answer', 'conflict', 'invalid', 'answerless'),
    notices: pick(0, 300, 2000, 5000),
    whileConnected: pick('refuse', 'refuse', 'accept'),
    refusal: pick('ConflictException', 'ValidationException'),
    unknownFor: pick(0, 0, 1500),
    terminating: pick(50, 2000),
    activating: pick(200, 1000, 3000),
  };
}

const TABLE = ['refused', 'stalled', 'slow', 'lost', 'repeated', 'late'] as const;
const AWS = [
  'throttled',
  'internal',
  'internalAfter',
  'reset',
  'lost',
  'silent',
  'silentAfter',
  'slow',
] as const;

function faultOf(kind: Exclude<FaultKind, 'clocks'>, { pick, whole }: Drawer): Fault {
  if (kind === 'table') return { on: 'table', op: whole(0, 5), how: pick(...TABLE) };
  if (kind === 'aws') return { on: 'aws', op: whole(0, 1), how: pick(...AWS) };
  return { on: 'kill', op: whole(0, 6), how: pick('before', 'after') };
}

/** Now and then one or two faults of the given kinds. */
function faultsOf(kinds: readonly FaultKind[], draw: Drawer): Fault[] {
  const usable = kinds.filter((kind) => kind !== 'clocks');
  if (usable.length === 0 || draw.chance() > 0.3) return [];
  return Array.from({ length: draw.whole(1, 2) }, () => faultOf(draw.pick(...usable), draw));
}

function reconnecting({ pick }: Drawer): Action {
  const again = pick(false, false, false, true);
  return {
    kind: 'reconnect',
    offer: again ? 'last' : pick('new', 'new', 'new', 'new', 'start', 'bad'),
    key: again ? pick('last', 'last', 'new', 'none') : pick('new', 'new', 'none', 'last'),
    names: pick('own', 'own', 'own', 'none', 'wrong'),
  };
}

function drawAction(draw: Drawer, players: number, kinds: readonly FaultKind[]): Action {
  const { chance, pick, whole } = draw;
  const at = chance();
  const whose = chance() < 0.15 && players > 1 ? { whose: whole(0, players - 1) } : {};
  if (at < 0.22) return { kind: 'drop' };
  if (at < 0.6) return { ...reconnecting(draw), ...whose } as Action;
  if (at < 0.68) return { kind: 'end', ...whose };
  if (at < 0.8) {
    const again = pick(false, false, true);
    return { kind: 'start', offer: again ? 'last' : 'new', key: again ? 'last' : pick('new', 'none') };
  }
  if (at < 0.88) return { kind: 'status', ...whose };
  if (at < 0.92) return { kind: 'list' };
  if (at < 0.94) return { kind: 'elsewhere' };
  const of = pick(...kinds.filter((kind) => kind === 'aws' || kind === 'table'));
  if (!of) return { kind: 'list' };
  const how = of === 'aws' ? pick('refused', 'stalled', 'throttled') : pick('refused', 'stalled');
  return { kind: 'outage', of, how, ms: whole(200, 4000) } as Action;
}

/** The pause until the next step: often short, so that requests overlap, and now and then long. */
function pause({ chance, whole }: Drawer): number {
  const at = chance();
  if (at < 0.3) return whole(0, 50);
  if (at < 0.6) return whole(50, 1500);
  if (at < 0.93) return whole(1500, 12_000);
  return whole(12_000, 140_000);
}

function mixed(draw: Drawer, kinds: readonly FaultKind[], calm: boolean): Omit<Step, 'id'>[] {
  const players = calm ? draw.whole(2, 4) : draw.whole(1, 3);
  const begin = Array.from({ length: players }, (_, player) => ({
    after: draw.whole(0, 200),
    player,
    device: 0,
    action: { kind: 'start', offer: 'new', key: 'new' } as Action,
    sandbox: draw.whole(0, 2),
    faults: calm ? [] : faultsOf(kinds, draw),
  }));
  const single = (): StepDraft[] => [
    { after: pause(draw), action: drawAction(draw, players, calm ? [] : kinds) },
  ];
  const rest = Array.from({ length: draw.whole(4, 16) }, () => {
    const player = draw.whole(0, players - 1);
    const sketches = !calm && draw.chance() < 0.2 ? scenario(draw, kinds) : single();
    return sketches.map((sketch) => ({
      player,
      device: draw.pick(0, 0, 0, 1),
      sandbox: draw.whole(0, 2),
      faults: calm ? [] : faultsOf(kinds, draw),
      ...(kinds.length > 0 && !calm && draw.chance() < 0.06 ? { answerLost: true } : {}),
      ...sketch,
    }));
  }).flat();
  return [...begin, ...rest];
}

/** Plans as mixed ones, with operators between the players, and the calls that only a listed operator may make. */
function operated(draw: Drawer, kinds: readonly FaultKind[]): Omit<Step, 'id'>[] {
  return mixed(draw, kinds, false).flatMap((step) => {
    if (draw.chance() > 0.45) return [step];
    const does = draw.pick(
      'terminate',
      'sessions',
      'forget',
      'forget',
      'pause',
      'pause',
      'resume',
      'brakeStatus',
      'shell',
    );
    const action: Action = {
      kind: 'operate',
      does,
      whose: draw.whole(0, 2),
      as: draw.pick('operator', 'operator', 'operator', 'operator', 'stranger', 'player'),
      ...(does === 'pause' ? { seconds: draw.whole(10, 200) } : {}),
    };
    // The third table command of a shell is its record.
    const unrecorded: Fault[] =
      does === 'shell' && kinds.includes('table') ? [{ on: 'table', op: 2, how: 'refused' }] : [];
    const between = {
      after: pause(draw),
      player: step.player,
      device: 0,
      action,
      sandbox: draw.whole(0, 1),
      faults: unrecorded.length > 0 && draw.chance() < 0.5 ? unrecorded : faultsOf(kinds, draw),
    };
    // A pause is followed by a start, and a forgotten player by one who asks for that session.
    const next: Action =
      does === 'pause'
        ? { kind: 'start', offer: draw.pick('new', 'new', 'last'), key: draw.pick('new', 'last') }
        : { kind: draw.pick('status', 'end'), whose: action.whose };
    const follows = does === 'pause' || does === 'forget';
    const after = draw.pick(300, 6500, 9000);
    return follows && draw.chance() < 0.7
      ? [step, between, { ...step, after, action: next, faults: [] }]
      : [step, between];
  });
}

/** The player whose page reports falsehoods. Others have lower numbers. */
export const LIAR = 7;

/** Calm players, who report what they saw, and one who loses the stream again and again, and lies about it and about their sessions. */
function liars(draw: Drawer): Omit<Step, 'id'>[] {
  const reports = (player: number): Action => ({
    kind: 'report',
    tells:
      player === LIAR
        ? draw.pick('never', 'never', 'huge', 'below', 'malformed', 'back')
        : draw.pick('back', 'left'),
    times: player === LIAR ? draw.pick(1, 2, 6) : 1,
    ...(player === LIAR && draw.chance() < 0.6 ? { whose: draw.whole(0, 3) } : {}),
  });
  const lies = (): Action[] => [
    { kind: 'drop' },
    {
      kind: 'reconnect',
      offer: draw.pick('new', 'bad'),
      key: 'new',
      names: 'own',
      silentMs: draw.pick(0, 1, 599_999, 3_600_000),
    },
    reports(LIAR),
  ];
  const of = (player: number, action: Action) => ({
    after: pause(draw),
    player,
    device: 0,
    action,
    sandbox: draw.whole(0, 2),
    faults: [],
  });
  return [
    of(LIAR, { kind: 'start', offer: draw.pick('new', 'bad'), key: 'new' }),
    ...mixed(draw, [], true).flatMap((step) => [
      step,
      ...(draw.chance() < 0.25 ? [of(step.player, reports(step.player))] : []),
      ...(draw.chance() < 0.5 ? lies().map((action) => of(LIAR, action)) : []),
    ]),
  ];
}

/** The shipped client plays: its network is dark now and then, and other pages of the player open. */
function pages(draw: Drawer, kinds: readonly FaultKind[]): Omit<Step, 'id'>[] {
  const faults = kinds.filter((kind) => kind !== 'clocks');
  const darkness = () => {
    const first = { from: draw.whole(0, 20_000), ms: draw.pick(700, 2500, 8000, 30_000, 60_000) };
    const again = { from: first.from + first.ms + draw.whole(500, 20_000), ms: draw.pick(1500, 12_000) };
    return draw.pick([], [first], [first], [first, again]);
  };
  const page = (
    player: number,
    device: number,
    how: Extract<Action, { kind: 'play' }>['how'],
    after: number,
  ) => ({
    after,
    player,
    device,
    action: { kind: 'play', how, darkness: darkness(), api: draw.pick('hangs', 'fails'), faults } as Action,
    sandbox: device,
    faults: [],
  });
  return Array.from({ length: draw.whole(1, 2) }, (_, player) => [
    page(player, 0, draw.pick('start', 'twice'), draw.whole(0, 500)),
    ...(draw.chance() < 0.4
      ? [page(player, 1, draw.pick('start', 'resume', 'insist'), draw.pick(0, 5000, 25_000))]
      : []),
  ]).flat();
}

const quiet = { player: 0, device: 0, sandbox: 0, faults: [] };

/** One player alone: rounds of a start, a drop, a few reconnects of any kind, and perhaps an end. */
function mischief(draw: Drawer): Omit<Step, 'id'>[] {
  const bad = draw.pick('bad', 'bad', 'bad', 'new', 'odd') as OfferChoice;
  // A harmful player mostly sends requests that fail.
  const other = draw.pick(bad, bad, 'new') as OfferChoice;
  return Array.from({ length: draw.whole(2, 6) }, (_, round) => {
    const again = round > 0 && draw.chance() < 0.3;
    const begin: Action = { kind: 'start', offer: draw.pick('new', 'new', 'new', 'bad'), key: 'new' };
    const asks = Array.from({ length: draw.whole(1, 4) }, (_, nth) => ({
      ...quiet,
      after: draw.pick(100, 700, 3000),
      action: {
        kind: 'reconnect',
        offer: nth > 0 && bad === 'odd' ? 'twin' : draw.pick(bad, bad, other),
        key: draw.pick('none', 'new'),
        names: draw.pick('own', 'none'),
      } as Action,
    }));
    return [
      ...(again ? [] : [{ ...quiet, after: 1000, action: begin }]),
      { ...quiet, after: 5000, action: { kind: 'drop' } as Action },
      ...asks.map((ask, nth) => (nth === 0 ? { ...ask, after: ask.after + 3000 } : ask)),
      ...(draw.chance() < 0.7 ? [{ ...quiet, after: 500, action: { kind: 'end' } as Action }] : []),
    ];
  }).flat();
}

/** Accounts that guess session ids together, and owners of sessions that were started elsewhere. */
function guessers(draw: Drawer): Omit<Step, 'id'>[] {
  const owners = draw.whole(1, 3);
  return [
    { ...quiet, after: 0, action: { kind: 'guess', accounts: draw.whole(12, 18), seconds: 75 } as Action },
    ...Array.from({ length: owners }, (_, player) => [
      { ...quiet, player, after: 100, action: { kind: 'elsewhere' } as Action },
      { ...quiet, player, after: draw.whole(3000, 6000), sandbox: 3, action: { kind: 'claim' } as Action },
    ]).flat(),
  ];
}

const ABOUT = [
  'mixed',
  'operated',
  'mixed',
  'mischief',
  'liars',
  'mixed',
  'calm',
  'mixed',
  'mixed',
  'mixed',
] as const;
/** One run in so many has guessers: it takes as long as a hundred others. */
const GUESSERS_EVERY = 25;
/** One run in so many has the shipped client as its players: it takes as long as four others. */
const PAGES_EVERY = 100;

/** The plan of a seed. @param kinds which faults it may contain */
export function planOf(seed: number, kinds: readonly FaultKind[] = FAULTS): Plan {
  const draw = drawer(seed);
  const about =
    seed % PAGES_EVERY === PAGES_EVERY - 1
      ? 'pages'
      : seed % GUESSERS_EVERY === 9
        ? 'guessers'
        : (ABOUT[seed % ABOUT.length] as (typeof ABOUT)[number]);
  const aws = awsChoices(draw);
  const clocksApart =
    (about === 'mixed' || about === 'operated') && kinds.includes('clocks') ? draw.pick(0, 200, 490) : 0;
  const steps =
    about === 'guessers'
      ? guessers(draw)
      : about === 'mischief'
        ? mischief(draw)
        : about === 'operated'
          ? operated(draw, kinds)
          : about === 'liars'
            ? liars(draw)
            : about === 'pages'
              ? pages(draw, kinds)
              : mixed(draw, kinds, about === 'calm');
  const gentle = about === 'mischief' ? { notices: 300, whileConnected: 'refuse' as const } : {};
  const known = about === 'guessers' ? { unknownFor: 0 } : {};
  return {
    seed,
    about,
    aws: { ...aws, ...gentle, ...known },
    returnsItem: chanceOf(seed, 'returnsItem') < 0.5,
    clocksApart,
    steps: steps.map((step, id) => ({ id, ...step })),
  };
}
