import { describe, expect, test } from 'vitest';
import { API_CODES } from '../../../client/src/contract.ts';
import type { StreamEvent } from '../../../client/src/index.ts';
import { counterOf, healedSentence, returnSentence } from '../../../local/console/page/game.ts';
import { type Model, type Phase, phaseOf, SIGNED_OUT, sessionOf } from '../../../local/console/page/model.ts';
import { newsOf } from '../../../local/console/page/news.ts';
import { createRecovery } from '../../../local/console/page/recovery.ts';
import { endingSentence, reasonOf, waitSentence } from '../../../local/console/page/sentences.ts';
import { type Moment, rowsOf } from '../../../local/console/page/timeline.ts';
import { curtainOf, PHASE_NAMES } from '../../../local/console/page/words.ts';
import { session } from './fakes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the game’s counter', () => {
  test('is read from a state message; any other message is ignored', () => {
    expect(counterOf(bytes('{"type":"state","counter":1234,"inputs":0}'))).toBe(1234);
    for (const other of [
      '',
      'hello',
      'null',
      '[]',
      '{"type":"serverDisconnect"}',
      '{"type":"state","counter":"7"}',
    ]) {
      expect(counterOf(bytes(other))).toBeUndefined();
    }
  });

  test('that went on means “nothing lost”, one that restarted means another game', () => {
    expect(returnSentence(1.94, 1234, 1271)).toBe(
      'Back in 1.9 s, counter went on: 1,234 → 1,271, nothing lost.',
    );
    expect(returnSentence(1, 1234, 3)).toBe(
      'Back in 1.0 s, but the counter restarted: 1,234 → 3. This is another game.',
    );
    expect(returnSentence(1, undefined, 3)).toBe('Back in 1.0 s, the counter is at 3.');
  });

  test('has another sentence after a heal than after a reconnect', () => {
    expect(healedSentence(4.12, 1234, 1275)).toBe(
      'Healed after 4.1 s, nothing was replaced; counter went on: 1,234 → 1,275, nothing lost.',
    );
  });
});

describe('the timeline', () => {
  const moment = (kind: Moment['kind'], at: number, detail?: string): Moment => ({
    kind,
    label: kind === 'asked' ? 'Asked' : kind,
    at,
    ...(detail === undefined ? {} : { detail }),
  });

  test('shows for each moment the time since the first, and the step before it with its duration', () => {
    const rows = rowsOf([
      moment('cut', 1000),
      moment('noticed', 2950, 'nothing came'),
      moment('asked', 3050),
      moment('answered', 3100),
      moment('frame', 3300),
    ]);

    expect(rows.map(({ sinceMs, step }) => [sinceMs, step?.on, step?.ms])).toEqual([
      [0, undefined, undefined],
      [1950, 'noticing', 1950],
      [2050, 'offer', 100],
      [2100, 'answer', 50],
      [2300, 'picture', 200],
    ]);
  });

  test('shows twenty refusals as one row of waiting, with their number and the last reason', () => {
    const refusals = [
      moment('asked', 0),
      moment('wait', 1, 'first'),
      moment('asked', 2),
      moment('wait', 3, 'last'),
    ];

    const over = rowsOf([
      moment('noticed', -5),
      ...refusals,
      moment('asked', 1000),
      moment('answered', 1005),
    ]);
    const underWay = rowsOf(refusals);

    expect(over.map(({ label, detail, step }) => [label, detail, step?.on])).toEqual([
      ['noticed', undefined, undefined],
      ['Asked 3 times', 'last', 'waiting'],
      ['answered', undefined, 'answer'],
    ]);
    expect(underWay.map(({ label }) => label)).toEqual(['Asked 2 times', 'wait']);
  });
});

describe('a blackout on the timeline', () => {
  const silence: StreamEvent[] = [
    { name: 'suspected', at: 1500, silentMs: 500 },
    { name: 'lost', at: 2900, why: 'silence', silentMs: 1900 },
    { name: 'asked', at: 3000, attempt: 1 },
  ];
  const refused = (at: number): StreamEvent => ({
    name: 'refused',
    at,
    code: 'session_not_reconnectable',
    status: 409,
    waitMs: 1000,
  });
  const told = (...events: StreamEvent[]) => {
    const recovery = createRecovery();
    recovery.cut('Cut: dark for 4 s', 950);
    for (const event of events) recovery.addEvent(event, 100);
    return recovery;
  };

  test('ends with the heal, and its last step is the wait for the network', () => {
    const recovery = told(...silence, refused(3050), { name: 'healed', at: 5100, silentMs: 4100 });
    const rows = rowsOf(recovery.moments());

    expect(rows.map(({ kind }) => kind)).toEqual(['cut', 'noticed', 'asked', 'wait', 'healed']);
    expect(rows.at(-1)).toMatchObject({
      label: 'Healed',
      detail: 'after 4.1 s; nothing was replaced',
      step: { on: 'network' },
    });
    expect(recovery.counterSeen(141)).toMatch(/^Healed after 4\.1 s.*100 → 141/);
  });

  test('ends at the heal: a later response to an older request adds nothing', () => {
    const recovery = told(...silence, { name: 'healed', at: 5100, silentMs: 4100 }, refused(5200), {
      name: 'answered',
      at: 5300,
      replayed: false,
    });

    expect(recovery.moments().at(-1)?.kind).toBe('healed');
  });

  test('ends with the first frame of the new connection, if the old one did not survive', () => {
    const recovery = told(
      ...silence,
      { name: 'answered', at: 16_000, replayed: false },
      { name: 'first_frame', at: 16_350 },
    );

    expect(recovery.moments().map(({ kind }) => kind)).toEqual([
      'cut',
      'noticed',
      'asked',
      'answered',
      'frame',
    ]);
    expect(recovery.counterSeen(250)).toMatch(/^Back in 15\.4 s/);
  });

  test('has its sentence at once in a game that sends no counter', () => {
    const recovery = createRecovery();
    const tell = (event: StreamEvent) => recovery.addEvent(event, undefined);
    for (const event of silence) expect(tell(event)).toBeUndefined();
    expect(tell({ name: 'answered', at: 3200, replayed: false })).toBeUndefined();
    expect(tell({ name: 'first_frame', at: 3500 })).toBe('Back in 2.5 s.');
    for (const event of silence) tell({ ...event, at: event.at + 10_000 });
    expect(tell({ name: 'healed', at: 14_100, silentMs: 4100 })).toBe(
      'Healed after 4.1 s, nothing was replaced.',
    );
  });
});

describe('the console’s words', () => {
  const signedIn: Model = { ...SIGNED_OUT, player: 'alice' };

  test('offer no start while the page still asks whether there is a session', () => {
    const looking = { ...signedIn, looking: true };
    expect(phaseOf(looking)).toBe('looking');
    expect(curtainOf(looking)).toMatchObject({ busy: true, buttons: {} });
    expect(curtainOf(signedIn)?.buttons).toHaveProperty('start');
  });

  test('say why a start waits, and not that a machine is being found while no request arrives', () => {
    const connecting = { name: 'connecting', attempt: 0, givesUpAt: 0 } as const;
    const wait = { code: 'unreachable', until: 0 } as const;
    expect(curtainOf({ ...signedIn, stream: connecting })?.text).toMatch(/AWS is looking for a machine/);
    expect(curtainOf({ ...signedIn, stream: { ...connecting, wait } })?.text).toBe(
      'Trying again soon: the API could not be reached.',
    );
  });
  const ended = (ending: object): Model => ({
    ...signedIn,
    stream: { name: 'ended', session, ...ending } as Model['stream'],
  });
  const buttonsIn = (model: Model) => Object.keys(curtainOf(model)?.buttons ?? {});
  const connected: Model = { ...signedIn, stream: { name: 'connected', session, connectionId: 'c-1' } };
  const trying = (name: 'connecting' | 'reconnecting'): Model => ({
    ...signedIn,
    stream: { name, session, attempt: 1, givesUpAt: 0, lostAt: 0, why: 'silence', healing: true },
  });

  test.each<[Phase, Model, string[]]>([
    ['signed-out', SIGNED_OUT, ['sign-in']],
    ['ready', signedIn, ['start']],
    ['ready', { ...signedIn, found: session }, ['resume']],
    ['connecting', trying('connecting'), []],
    ['reconnecting', trying('reconnecting'), []],
    ['elsewhere', ended({ reason: 'taken_over', by: 'device' }), ['insist']],
    ['elsewhere', ended({ reason: 'held_by_tab' }), ['insist']],
    ['lost', ended({ reason: 'expired', code: 'paced' }), ['resume']],
    ['lost', ended({ reason: 'failed', error: new Error('no') }), ['resume']],
    ['ended', ended({ reason: 'idle' }), ['start']],
    ['ended', ended({ reason: 'session_ended', statusReason: 'applicationExit' }), ['start']],
    [
      'ended',
      ended({
        reason: 'refused',
        code: 'invalid_request',
        status: 400,
        detail: 'No.',
        session: undefined,
      }),
      ['start'],
    ],
  ])('a page that is %s shows the buttons that are possible', (phase, model, buttons) => {
    expect(phaseOf(model)).toBe(phase);
    expect(buttonsIn(model)).toEqual(buttons);
    expect(PHASE_NAMES[phase]).not.toBe('');
  });

  test('no curtain lies over a stream that plays', () => {
    expect(curtainOf(connected)).toBeUndefined();
  });

  test('a session that has ended can’t be cut or ended', () => {
    expect(sessionOf(ended({ reason: 'terminated' }))).toBeUndefined();
    expect(sessionOf(ended({ reason: 'taken_over', by: 'tab' }))).toEqual(session);
  });

  test('every code of the API has words of its own', () => {
    const reasons = API_CODES.map(reasonOf);

    expect(reasons.every((reason) => reason.length > 5)).toBe(true);
    expect(new Set(reasons).size).toBe(reasons.length);
  });

  test('the end of a session is explained by AWS’s reason, or by a plain sentence if that is unknown', () => {
    const ending = (statusReason: string) => endingSentence({ reason: 'session_ended', statusReason });

    expect(ending('reconnectionTimeout')).toMatch(/away longer/);
    expect(ending('somethingNew')).toBe(endingSentence({ reason: 'session_ended' }));
  });

  test('a refusal for a live connection has one sentence for a lost stream and another for a second page', () => {
    const wait = { code: 'session_not_reconnectable', until: 0 } as const;

    expect(waitSentence(wait, true)).toMatch(/not noticed the loss/);
    expect(waitSentence(wait, false)).toMatch(/connected already/);
  });

  test('a player in the queue sees the place, and whether it may be too late', () => {
    const wait = { code: 'paced', until: 0, queuePosition: 7, mayBeTooLate: true } as const;

    expect(waitSentence(wait, true)).toMatch(/number 7 in line.*may end before your turn/);
  });

  test('only failures are shown as failures', () => {
    const isFailed = (ending: object) => newsOf(ended(ending).stream, 0).failed;

    expect(isFailed({ reason: 'ended_by_player' })).toBe(false);
    expect(isFailed({ reason: 'taken_over', by: 'device' })).toBe(false);
    expect(isFailed({ reason: 'session_ended' })).toBe(true);
    expect(isFailed({ reason: 'expired' })).toBe(true);
  });
});
