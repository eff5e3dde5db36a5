/** A plan in plain words. */
import type { Action, Fault, Plan, Step } from './plan.ts';

const OFFERS = {
  new: 'a new offer',
  last: 'the same offer as before',
  start: "the start's offer",
  bad: 'an offer that AWS refuses',
  odd: 'an offer with half a character',
  twin: 'an offer with another half of a character',
};
const KEYS = { new: 'a new key', last: 'the same key as before', none: 'no key' };
const NAMES = {
  own: 'its newest connection',
  none: 'no connection, so it insists',
  wrong: 'a connection that never existed',
};
const HOW = {
  refused: 'fails at once',
  stalled: 'does not answer',
  slow: 'answers late',
  lost: 'acts, and its answer is lost',
  repeated: 'acts, its answer is lost, and the SDK repeats the command',
  late: 'does not answer, and acts later',
  throttled: 'throttles',
  internal: 'fails without acting',
  internalAfter: 'acts, and says that it failed',
  reset: 'resets the connection without acting',
  silent: 'never answers and does not act',
  silentAfter: 'acts, and never answers',
};

const TOLD = {
  back: 'that a stream came back',
  never: 'that a stream never came back',
  left: 'that the player left a lost stream',
  huge: 'times that are far too long',
  below: 'times below zero',
  malformed: 'something that is not a report',
};
const PRINCIPALS = {
  operator: 'an operator',
  stranger: 'a principal that is not an operator',
  player: "a player's token at the operator API",
};
type Operated = Extract<Action, { kind: 'operate' }>;
const OPERATED: Record<Operated['does'], (action: Operated) => string> = {
  terminate: ({ whose }) => `end the session of player ${whose}`,
  sessions: ({ whose }) => `list the sessions of player ${whose}`,
  forget: ({ whose }) => `forget player ${whose}`,
  pause: ({ seconds: pause = 60 }) => `pause new sessions for ${pause} s`,
  resume: () => 'end the pause of new sessions',
  brakeStatus: () => 'ask whether new sessions are paused',
  shell: ({ whose }) => `open a shell into the session of player ${whose}`,
};

const seconds = (milliseconds: number) => `${Number((milliseconds / 1000).toFixed(3))} s`;
const ordinal = (op: number) => `${op + 1}.`;

function faultText({ on, op, how }: Fault): string {
  if (on === 'kill')
    return `the function is killed ${how} its ${ordinal(op)} call of the table or AWS takes effect`;
  const what = on === 'table' ? 'table command' : 'AWS call';
  return `at its ${ordinal(op)} ${what}, ${on === 'table' ? 'the table' : 'AWS'} ${HOW[how]}`;
}

function actionText(action: Action): string {
  const whose =
    'whose' in action && action.whose !== undefined ? ` for the session of player ${action.whose}` : '';
  switch (action.kind) {
    case 'start':
      return `starts a session with ${OFFERS[action.offer]} and ${KEYS[action.key]}`;
    case 'reconnect':
      return `reconnects${whose} with ${OFFERS[action.offer]} and ${KEYS[action.key]}, and names ${NAMES[action.names]}${action.silentMs === undefined ? '' : `; it says that the stream was silent for ${seconds(action.silentMs)}`}`;
    case 'status':
      return `requests the status${whose}`;
    case 'list':
      return 'requests the list of sessions';
    case 'end':
      return `ends the session${whose?.replace('for', 'which is') ?? ''}`;
    case 'drop':
      return 'loses the stream';
    case 'elsewhere':
      return "gets a session from the publisher's own backend";
    case 'guess':
      return `watches ${action.accounts} accounts guess together for ${action.seconds} s, just after each full second`;
    case 'claim':
      return 'requests the session that was started elsewhere, and follows the answers';
    case 'play': {
      const dark = action.darkness
        .map(({ from, ms }) => `${seconds(ms)} after ${seconds(from)}`)
        .join(' and ');
      return `opens a page of the shipped client (${action.how}); its network is dark for ${dark || '0 s'}, and requests in the dark ${action.api === 'hangs' ? 'wait' : 'fail'}`;
    }
    case 'report':
      return `reports ${action.times === 1 ? '' : `${action.times} times `}${TOLD[action.tells]}${whose}`;
    case 'operate':
      return `sees ${PRINCIPALS[action.as]} ${OPERATED[action.does](action)}`;
    case 'outage':
      return `sees ${action.of === 'aws' ? 'AWS' : 'the table'} fail for ${seconds(action.ms)}: it ${HOW[action.how]}`;
  }
}

function stepText(step: Step, at: number): string {
  const faults = step.faults.map(faultText);
  const lost = step.answerLost ? ['the answer never reaches the player'] : [];
  const wrong = [...faults, ...lost].join('; ');
  return `at ${seconds(at)} player ${step.player} on device ${step.device} ${actionText(step.action)}${wrong ? `; ${wrong}` : ''}`;
}

/** One sentence a step. */
export function describePlan(plan: Plan): string[] {
  let at = 0;
  const { repeated, notices, refusal, whileConnected } = plan.aws;
  const repeats =
    repeated === 'answer' ? 'AWS repeats its answers' : `AWS answers a repeated token with: ${repeated}`;
  const failed = plan.returnsItem ? 'returns the item' : 'returns no item';
  const world = `${repeats}; it notices a loss after ${seconds(notices)}; in the wrong state it answers ${refusal}${whileConnected === 'accept' ? '; it connects while CONNECTED' : ''}; a table write whose condition fails ${failed}; clocks differ by up to ${plan.clocksApart} ms`;
  return [
    world,
    ...plan.steps.map((step) => {
      at += step.after;
      return stepText(step, at);
    }),
  ];
}
