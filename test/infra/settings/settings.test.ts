import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest } from '../../../infra/settings/errors.ts';
import { settingsSchema } from '../../../infra/settings/schema.ts';
import { parseSettings, type SettingsInput } from '../../../infra/settings/settings.ts';
import { leaves, linesOf } from '../setting-lines.ts';
import { group, minimal } from '../synth.ts';

const oidc = { issuer: 'https://login.example.com', audience: ['web'] };

describe('a deployer who writes only a stream group', () => {
  test('gets every default, so that the first deployment needs no other decision', () => {
    expect(parseSettings(minimal)).toEqual({
      stackName: 'Rejoin',
      streamGroups: [
        {
          id: 'sg-A',
          region: 'us-west-2',
          applications: ['a-1'],
          locations: ['us-west-2'],
          connectionTimeoutSeconds: 120,
          sessionLengthSeconds: 43_200,
        },
      ],
      additionalRegions: [],
      identity: {
        cognito: {
          callbackUrls: ['http://localhost:3000/'],
          logoutUrls: ['http://localhost:3000/'],
          selfSignUp: false,
          plan: 'ESSENTIALS',
          mfa: 'optional',
          tokens: { accessMinutes: 60, idMinutes: 60, refreshHours: 720 },
        },
      },
      userId: 'pseudonym',
      webOrigins: [],
      launchArguments: false,
      limits: {
        maxLiveSessionsPerPlayer: 1,
        connectionsPerMinute: 30,
        startsPerMinute: 6,
        missesPerMinute: 10,
        signalRequestBytes: 65_536,
      },
      quotas: {
        StartStreamSession: 20,
        GetStreamSession: 20,
        CreateStreamSessionConnection: 20,
        CreateStreamSessionAdminShell: 20,
      },
      adoption: { enabled: false, quotaShare: 0.1 },
      probe: false,
      adminShell: { perOperatorPerMinute: 6, perMinute: 30 },
      alarms: { reconnectObjective: 0.99, leastAnswers: 10, slowAnswerSeconds: 3 },
      throttling: { ratePerSecond: 500, burst: 1000 },
      logs: { retentionDays: 30, level: 'INFO' },
      memoryMb: 512,
      provisionedConcurrency: { start: 0, status: 0, sessions: 0, reconnect: 0, terminate: 0 },
      reservedConcurrency: { reconnect: 0 },
      removalPolicy: 'retain',
      tags: {},
    });
  });

  test('gets defaults beside a single value of a nested setting', () => {
    const { limits } = parseSettings({ ...minimal, limits: { startsPerMinute: 60 } });
    expect(limits).toMatchObject({ startsPerMinute: 60, connectionsPerMinute: 30 });
  });

  test('gets every default beside a single setting of Cognito', () => {
    const { identity } = parseSettings({ ...minimal, identity: { cognito: { mfa: 'required' } } });
    const { identity: usual } = parseSettings(minimal);
    expect(identity).toEqual({ cognito: { ...('cognito' in usual && usual.cognito), mfa: 'required' } });
  });

  test('can use a Region and a location that AWS added later', () => {
    const streamGroups = [{ ...group, region: 'eu-south-2', locations: ['eu-south-2', 'mars-north-1'] }];
    expect(linesOf({ streamGroups, additionalRegions: ['eu-south-2', 'mars-north-1'] })).toEqual([]);
    expect(linesOf({ streamGroups, additionalRegions: ['eu-south-2'] })).toHaveLength(1);
  });

  test('gets the listed web origins as callback URLs', () => {
    const { identity } = parseSettings({ ...minimal, webOrigins: ['https://play.example.com'] });
    expect(identity).toMatchObject({ cognito: { callbackUrls: ['https://play.example.com/'] } });
  });
});

describe('checked settings', () => {
  test('keep the issuer with or without its trailing slash: a token with another iss is refused', () => {
    for (const issuer of [
      'https://tenant.example.com/',
      'https://tenant.example.com',
      'http://127.0.0.1:8402',
    ]) {
      const input = { ...minimal, identity: { ...oidc, issuer }, removalPolicy: 'destroy' };
      expect(parseSettings(input).identity).toEqual({
        ...oidc,
        issuer,
        scope: 'rejoin/play',
      });
    }
  });

  test('cannot be changed', () => {
    const settings = parseSettings(minimal);
    expect(() => Object.assign(settings.limits, { startsPerMinute: 1 })).toThrow(TypeError);
    expect(() => (settings.streamGroups as unknown[]).push({})).toThrow(TypeError);
  });

  test("leave the deployer's own object unchanged", () => {
    const input = structuredClone(minimal);
    parseSettings(input);
    expect(input).toEqual(minimal);
    expect(Object.isFrozen(input.streamGroups)).toBe(false);
  });
});

describe('whatever a deployer writes', () => {
  const id = fc.stringMatching(/^[a-zA-Z0-9-]{1,32}$/);
  const valid: fc.Arbitrary<SettingsInput> = fc.record(
    {
      streamGroups: fc.uniqueArray(
        fc.record({
          id,
          region: fc.constantFrom('us-west-2', 'eu-central-1', 'us-gov-west-1', 'xx-nowhere-9'),
          applications: fc.uniqueArray(id, { minLength: 1, maxLength: 4 }),
          connectionTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
          sessionLengthSeconds: fc.integer({ min: 3600, max: 86_400 }),
        }),
        { minLength: 1, maxLength: 5, selector: (each) => each.id },
      ),
      additionalRegions: fc.constant(['us-gov-west-1', 'xx-nowhere-9']),
      identity: fc.constantFrom(
        { cognito: {} },
        { cognito: { selfSignUp: true } },
        { ...oidc, issuer: 'https://a.example/' },
      ),
      webOrigins: fc.uniqueArray(fc.webUrl({ validSchemes: ['https'] }).map((url) => new URL(url).origin)),
      memoryMb: fc.integer({ min: 128, max: 10_240 }),
      quotas: fc.record({ GetStreamSession: fc.double({ min: 1, max: 1000, noNaN: true }) }),
    },
    { requiredKeys: ['streamGroups', 'additionalRegions'] },
  );

  test('checked settings are valid input and parse to themselves', () => {
    fc.assert(
      fc.property(valid, (input) => {
        const settings = parseSettings(input);
        expect(parseSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
      }),
    );
  });

  test('any JSON is either accepted or refused in lines that a terminal can show', () => {
    const nearly = fc.tuple(valid, fc.constantFrom(...leaves(settingsSchema)), fc.jsonValue());
    const broken = nearly.map(([settings, path, value]) => {
      const input = structuredClone(settings) as Record<string, unknown>;
      const [first = '', second] = path.split('.');
      input[first] = second === undefined ? value : { [second]: value };
      return input;
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), broken), (input) => {
        for (const line of linesOf(input)) expect(line).toMatch(/^[^\n]{10,}$/);
      }),
    );
  });

  test('a misspelt setting gets a suggestion of the right name', () => {
    const names = ['streamGroups', 'webOrigins', 'launchArguments', 'removalPolicy', 'throttling'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
        const position = at % name.length;
        expect(nearest(name.slice(0, position) + name.slice(position + 1), names)).toBe(name);
        expect(nearest(name.toUpperCase(), names)).toBe(name);
      }),
    );
  });
});
