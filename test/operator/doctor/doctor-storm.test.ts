import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { checkRate } from '../../../operator/doctor/capacity.ts';
import { checkStorm } from '../../../operator/doctor/storm.ts';

const settings = (timeouts: [region: string, seconds: number][], perSecond = 20) =>
  parseSettings({
    streamGroups: timeouts.map(([region, connectionTimeoutSeconds], at) => ({
      id: `sg-${at}`,
      region,
      applications: ['a-1'],
      connectionTimeoutSeconds,
    })),
    quotas: { CreateStreamSessionConnection: perSecond },
    limits: { connectionsPerMinute: 1 },
  });

const one = settings([['us-west-2', 120]]);

describe("the doctor's check of a storm", () => {
  it('is ok if all players can reconnect within 90 % of the connection time-out', () => {
    expect(checkStorm(one, 2160)).toMatchObject([
      { level: 'ok', says: expect.stringContaining('within 108 s of 120 s') },
    ]);
  });

  it('warns if the last players have too little time after the loss is noticed and the first reconnect is allowed', () => {
    expect(checkStorm(one, 2161)).toEqual([
      {
        level: 'warning',
        subject: 'storm in us-west-2',
        says: '2,161 players dropped at once take 109 s of the 120 s that AWS keeps a session, and 12 s of these pass before AWS notices the loss and the queue starts: some may be lost',
        todo: 'raise connectionTimeoutSeconds to 122 or more, or ask AWS to raise CreateStreamSessionConnection to 21 a second and write into quotas what it grants (AWS does not say whether it raises it)',
      },
    ]);
  });

  it('says how many players would be lost at least if the time-out is too short', () => {
    const [finding] = checkStorm(one, 2401);
    expect(finding?.says).toBe(
      '2,401 players dropped at once take 121 s, and AWS ends a session after 120 s: about 1 would be lost',
    );
  });

  it('keeps ten seconds of a short time-out, since a loss is not noticed faster there', () => {
    const short = settings([['us-west-2', 30]]);
    expect(checkStorm(short, 400).map(({ level }) => level)).toEqual(['ok']);
    expect(checkStorm(short, 401).map(({ level }) => level)).toEqual(['warning']);
  });

  it('always warns with a remedy, and is ok after any remedy that it names', () => {
    for (const seconds of [1, 9, 10, 11, 30, 99, 100, 101, 120, 600, 3600]) {
      for (const players of [1, 20, 199, 2000, 2161, 12_345, 999_999, 100_000_000]) {
        const [finding] = checkStorm(settings([['us-west-2', seconds]], 20), players);
        if (finding?.level !== 'warning') continue;
        const timeout = /connectionTimeoutSeconds to (\d+)/.exec(finding.todo ?? '')?.[1];
        const quota = /to (\d+) a second/.exec(finding.todo ?? '')?.[1];
        const isBoth = finding.todo?.includes(', and ask AWS') === true;
        const remedies = isBoth
          ? [settings([['us-west-2', Number(timeout)]], Number(quota))]
          : [
              ...(timeout === undefined ? [] : [settings([['us-west-2', Number(timeout)]], 20)]),
              ...(quota === undefined ? [] : [settings([['us-west-2', seconds]], Number(quota))]),
            ];
        expect(remedies.length, finding.todo).toBeGreaterThan(0);
        for (const repaired of remedies) {
          expect(checkStorm(repaired, players), `${seconds} s, ${finding.todo}`).toMatchObject([
            { level: 'ok' },
          ]);
        }
      }
    }
  });

  it('proposes no time-out that AWS does not accept', () => {
    const [finding] = checkStorm(one, 100_000);
    expect(finding?.todo).toMatch(/^ask AWS to raise CreateStreamSessionConnection/);
  });

  it('says how many players the settings are enough for if no number is given', () => {
    expect(checkStorm(one, undefined)).toMatchObject([
      { level: 'ok', says: expect.stringContaining('up to 2,160 players') },
    ]);
  });

  it('counts the shortest time-out of each Region, since each Region has its own quota', () => {
    const several = settings([
      ['us-west-2', 120],
      ['us-west-2', 60],
      ['eu-central-1', 300],
    ]);
    expect(checkStorm(several, 1500).map(({ level, subject }) => `${level} ${subject}`)).toEqual([
      'warning storm in us-west-2',
      'ok storm in eu-central-1',
    ]);
  });
});

describe("the doctor's check of throttling, for players who are dropped at once,", () => {
  const rate = (players: number | undefined, throttling = {}) =>
    checkRate(parseSettings({ streamGroups: one.streamGroups, throttling }), players);

  it('is ok with the defaults for up to 2,000 players', () => {
    expect(rate(2000).level).toBe('ok');
    expect(rate(2001)).toEqual({
      level: 'warning',
      subject: 'throttling',
      says: '2,001 players dropped at once come within two seconds, and the API accepts 2,000 (1,000 at once and 500 a second): the others get 429 and lose time',
      todo: 'write "throttling": {"ratePerSecond": 500, "burst": 1001}',
    });
  });

  it('is ok after the remedy that it names, and names the account quota if that must be raised too', () => {
    for (const players of [2001, 9999, 10_001, 50_000, 1_000_000]) {
      const { todo = '' } = rate(players);
      const { throttling } = JSON.parse(`{${/"throttling": \{[^}]*\}/.exec(todo)?.[0]}}`);
      expect(rate(players, throttling).level).toBe('ok');
      expect(todo.includes('have AWS raise')).toBe(players > 10_000);
    }
    // No settings would be enough for so many players.
    expect(rate(2_000_001).todo).toMatch(/^spread the players over several deployments/);
  });
});
