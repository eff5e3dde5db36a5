import { describe, expect, it } from 'vitest';
import { checkStorm } from '../../doctor/storm.ts';
import { parseSettings } from '../../infra/settings.ts';

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

describe('a publisher who expects so many players', () => {
  const one = settings([['us-west-2', 120]]);

  it('is at ease while the quota brings all of them back within the connection time-out', () => {
    expect(checkStorm(one, 2400)).toMatchObject([
      { level: 'ok', says: expect.stringContaining('within 120 s of 120 s') },
    ]);
  });

  it('is warned from the first player on who would be too late, and told both ways out', () => {
    expect(checkStorm(one, 2401)).toEqual([
      {
        level: 'warning',
        subject: 'storm in us-west-2',
        says: '2,401 players dropped at once take 121 s, and AWS ends a session after 120 s: about 1 would be lost',
        todo: 'raise connectionTimeoutSeconds to 121 or more, or have AWS raise the quota of CreateStreamSessionConnection to 21 a second and write it into quotas',
      },
    ]);
  });

  it('is not told to write a time-out that AWS does not take', () => {
    const [finding] = checkStorm(one, 100_000);
    expect(finding?.todo).toMatch(/^have AWS raise the quota/);
  });

  it('hears for how many the settings are enough when no number is given', () => {
    expect(checkStorm(one, undefined)).toMatchObject([
      { level: 'ok', says: expect.stringContaining('up to 2,400 players') },
    ]);
  });

  it('is judged by the shortest time-out in each Region, for a Region has a quota of its own', () => {
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
