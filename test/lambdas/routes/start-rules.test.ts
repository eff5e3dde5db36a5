import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StartRule } from '../../../contract/start-rules.ts';
import { AwsFailure } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import type { AwsStreamSession, StartParameters } from '../../../lambdas/gameliftstreams/calls.ts';
import type { StartDependencies } from '../../../lambdas/routes/start/dependencies.ts';
import { decideParameters } from '../../../lambdas/routes/start/parameters.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { code, sharedTable, startRequest } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();
const everybody: StartRule = { when: [], give: {} };

/** A start whose parameters are written down as AWS gets them. */
function starting(rules: StartRule[], fails: (() => Promise<never>)[] = []) {
  const clock = { now: 1_800_000_000_000 };
  const asked: StartParameters[] = [];
  const changes: Partial<StartDependencies> = {
    startSettings: { rules },
    async startStreamSession({ parameters }) {
      asked.push(parameters);
      await fails.shift()?.();
      return { arn: `arn:x/${randomUUID()}`, status: 'ACTIVATING' } as AwsStreamSession;
    },
  };
  return { clock, asked, deps: startWith(real.table, clock, async () => randomUUID(), changes) };
}
const group = {
  ...startRequest().group,
  applications: ['a-1', 'a-2'],
  locations: ['us-west-2', 'eu-west-1'],
};

describe('what AWS is asked for', () => {
  const decided = (rules: StartRule[] | undefined, changes: Parameters<typeof startRequest>[0] = {}) =>
    decideParameters(startRequest({ group, ...changes }), { startSettings: rules ? { rules } : {} });

  it('is what the stream group has, where there are no rules: no token is read', () => {
    const claims = () => {
      throw new Error('read');
    };
    expect(decided(undefined, { claims })).toEqual({
      ApplicationIdentifier: 'a-1',
      Locations: ['us-west-2', 'eu-west-1'],
      ConnectionTimeoutSeconds: 120,
      SessionLengthSeconds: 3600,
    });
  });

  it('is what the rule gives, and the page chooses only within it', () => {
    const rules: StartRule[] = [
      {
        when: [{ claim: 'plan', equals: 'gold' }],
        give: {
          applications: ['a-2'],
          locations: ['eu-west-1', 'us-west-2'],
          sessionLengthSeconds: 7200,
          connectionTimeoutSeconds: 300,
          additionalEnvironmentVariables: { PLAN: '{plan}' },
          additionalLaunchArgs: ['-plan={plan}'],
        },
      },
    ];
    const claims = () => ({ plan: 'gold' });
    const expected = {
      ApplicationIdentifier: 'a-2',
      Locations: ['eu-west-1', 'us-west-2'],
      ConnectionTimeoutSeconds: 300,
      SessionLengthSeconds: 7200,
      AdditionalEnvironmentVariables: { PLAN: 'gold' },
      AdditionalLaunchArgs: ['-plan=gold'],
    };
    expect(decided(rules, { claims, application: undefined })).toEqual(expected);
    const chosen = { claims, application: 'a-2', locations: ['us-west-2'] };
    expect(decided(rules, chosen)).toEqual({ ...expected, Locations: ['us-west-2'] });
    expect(() => decided(rules, { claims, application: 'a-1' })).toThrow(/this application/);
  });

  it.each<[string, StartRule['give'], Parameters<typeof startRequest>[0], string]>([
    ['another application', { applications: ['a-2'] }, { application: 'a-1' }, 'start_not_allowed'],
    ['another location', { locations: ['eu-west-1'] }, { locations: ['us-west-2'] }, 'start_not_allowed'],
    ['a group whose applications the rule lacks', { applications: ['a-9'] }, {}, 'start_not_allowed'],
    ['a group whose locations the rule lacks', { locations: ['ap-south-1'] }, {}, 'start_not_allowed'],
    ['no application where there are two', {}, { application: undefined }, 'invalid_request'],
  ])('is refused for %s', (_what, give, changes, expected) => {
    expect(() => decided([{ when: [], give }], changes)).toThrow(
      expect.objectContaining({ code: expected }) as Error,
    );
  });

  it('has the role of its stream group, the size that the page chose, and statistics where the settings say so', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/GameLiftStreams-saves';
    const request = startRequest({ group: { ...group, roleArn }, resolution: { width: 1280, height: 720 } });
    expect(decideParameters(request, { startSettings: { performanceStats: true } })).toMatchObject({
      RoleArn: roleArn,
      DisplayConfiguration: { Resolution: { Width: 1280, Height: 720 } },
      PerformanceStatsConfiguration: { SharedWithClient: true },
    });
    const plain = decideParameters(startRequest(), { startSettings: { performanceStats: false } });
    expect(Object.keys(plain)).not.toContain('PerformanceStatsConfiguration');
  });
});

describe('a start that is repeated', () => {
  const byPlan: StartRule[] = [
    { when: [{ claim: 'plan', equals: 'gold' }], give: { sessionLengthSeconds: 7200 } },
    { when: [{ claim: 'plan', equals: 'tin' }], give: { sessionLengthSeconds: 60 } },
  ];
  const lost = () => Promise.reject(new AwsFailure('timeout', true));

  it('asks AWS for what it asked first, although a renewed token says otherwise by now', async () => {
    const { asked, deps } = starting(byPlan, [lost]);
    const request = startRequest({ key: 'k', claims: () => ({ plan: 'gold' }) });
    expect(await code(start(request, deps))).toBe('upstream_timeout');
    const { body } = await start({ ...request, claims: () => ({ plan: 'tin' }) }, deps);
    expect(asked.map(({ SessionLengthSeconds }) => SessionLengthSeconds)).toEqual([7200, 7200]);
    const { streamSessionId } = JSON.parse(body).streamSession;
    const kept = await deps.sessions.read({
      playerId: request.playerId,
      streamGroupId: 'sg-1',
      streamSessionId,
    });
    expect(kept?.sessionLengthSeconds).toBe(7200);
  });

  it('is answered, although the renewed token has no right to start any more', async () => {
    const { asked, deps } = starting(byPlan, [lost]);
    const request = startRequest({ key: 'k', claims: () => ({ plan: 'gold' }) });
    const without = { ...request, claims: () => ({}) };
    expect(await code(start(request, deps))).toBe('upstream_timeout');
    const first = await start(without, deps);
    expect(await start(without, deps)).toEqual({ ...first, replayed: true });
    expect(asked).toHaveLength(2);
  });

  it('after its function was killed, asks for the same too', async () => {
    const { asked, deps, clock } = starting(byPlan);
    const request = startRequest({ key: 'k', claims: () => ({ plan: 'gold' }) });
    const dying = { ...deps, sessions: { ...deps.sessions, add: () => Promise.reject(new Error('killed')) } };
    await start(request, dying).catch(() => {});
    clock.now = request.endsBy + 501;
    await start({ ...request, endsBy: clock.now + 15_000, claims: () => ({ plan: 'tin' }) }, deps);
    expect(asked.map(({ SessionLengthSeconds }) => SessionLengthSeconds)).toEqual([7200, 7200]);
  });

  it('that AWS certainly did not act on is decided anew', async () => {
    const { asked, deps } = starting(byPlan, [() => Promise.reject(new AwsFailure('quota', false))]);
    const request = startRequest({ key: 'k', claims: () => ({ plan: 'gold' }) });
    expect(await code(start(request, deps))).toBe('stream_group_unavailable');
    await start({ ...request, claims: () => ({ plan: 'tin' }) }, deps);
    expect(asked.map(({ SessionLengthSeconds }) => SessionLengthSeconds)).toEqual([7200, 60]);
  });

  it('of a player whom no rule fits costs no call, no slot and nothing of the budget', async () => {
    const { asked, deps } = starting(byPlan);
    const limited = { ...deps, limits: { maxLiveSessionsPerPlayer: 1, startsPerMinute: 1 } };
    const request = startRequest({ claims: () => ({ plan: 'wood' }) });
    for (let time = 0; time < 3; time++)
      expect(await code(start(request, limited))).toBe('start_not_allowed');
    expect(asked).toEqual([]);
    await start({ ...request, claims: () => ({ plan: 'tin' }) }, limited);
    expect(asked).toHaveLength(1);
  });

  it('keeps nothing of the player’s claims in the slot where there are no rules', async () => {
    const { deps } = starting([everybody]);
    const plain = { ...deps, startSettings: {} };
    const request = startRequest();
    await start(request, plain);
    const [slot] = await deps.slots.read(request.playerId, 1);
    expect(slot).not.toHaveProperty('parameters');
  });
});
