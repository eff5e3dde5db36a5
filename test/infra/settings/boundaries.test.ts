import { describe, expect, test } from 'vitest';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { capacityShortfall, reconnectCapacities } from '../../../infra/settings/reconnect-capacity.ts';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { linesOf } from '../setting-lines.ts';
import { group, minimal } from '../synth.ts';

describe('two settings that limit each other may be equal: a deployer is refused only past the limit', () => {
  const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
  test.each([
    [
      'a connection time-out of the whole session, and a second more',
      (connectionTimeoutSeconds: number) => ({
        streamGroups: [{ ...group, sessionLengthSeconds: 600, connectionTimeoutSeconds }],
      }),
      600,
    ],
    [
      'an access token as long as the refresh token, and a minute more',
      (accessMinutes: number) => ({ identity: { cognito: { tokens: { accessMinutes, refreshHours: 1 } } } }),
      60,
    ],
    [
      "one player's reconnects up to all that AWS grants, and one more",
      (connectionsPerMinute: number) => ({
        limits: { connectionsPerMinute },
        quotas: { CreateStreamSessionConnection: 1 },
      }),
      60,
    ],
    [
      'all reserved executions kept initialized, and one more',
      (reconnect: number) => ({
        provisionedConcurrency: { reconnect },
        reservedConcurrency: { reconnect: 50 },
      }),
      50,
    ],
    [
      "one operator's shells up to those of all operators, and one more",
      (perOperatorPerMinute: number) => ({ operators, adminShell: { perOperatorPerMinute, perMinute: 12 } }),
      12,
    ],
    [
      'shells up to what AWS grants, and one more',
      (perMinute: number) => ({
        operators,
        adminShell: { perMinute },
        quotas: { CreateStreamSessionAdminShell: 1 },
      }),
      60,
    ],
  ] as const)('%s', (_what, settings, most) => {
    expect(linesOf({ ...minimal, ...settings(most) })).toEqual([]);
    expect(linesOf({ ...minimal, ...settings(most + 1) })).toHaveLength(1);
  });
});

describe('how many players get back in time', () => {
  const capacityOf = (connectionTimeoutSeconds: number) => {
    const [capacity] = reconnectCapacities(
      parseSettings({ streamGroups: [{ ...group, connectionTimeoutSeconds }] }),
    );
    if (!capacity) throw new Error('there is one Region');
    return capacity;
  };

  test.each([
    [60, 1000, '10 s go by before the loss is noticed'],
    [100, 1800, '10 s of 100'],
    [600, 10_800, 'a tenth of a long time-out'],
    [10, 0, 'nobody gets back within the time that the notice takes'],
  ])('with a time-out of %d s at 20 a second: %d, since %s', (timeout, players) => {
    expect(capacityOf(timeout).safePlayers).toBe(players);
    expect(capacityShortfall(capacityOf(timeout), players)).toBeUndefined();
    expect(capacityShortfall(capacityOf(timeout), players + 1)).toBeDefined();
  });
});

test("an operator's function ends before API Gateway does, so that an operator reads why and not a bare 503", () => {
  const seconds = Object.fromEntries(
    operatorRoutes.map(({ name, timeoutSeconds }) => [name, timeoutSeconds]),
  );
  expect(seconds).toEqual({
    // It waits for AWS to prepare access.
    'operator-shell': 28,
    'operator-sessions': 5,
    'operator-terminate': 15,
    'operator-export': 15,
    'operator-forget': 15,
    'operator-brake': 10,
    'operator-brake-status': 5,
  });
});
