import { cpus } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ASKS_FOR_MS, HANGS_AFTER_MS } from './patience.ts';

/** Unit tests that wait for real processes, packets and timers. */
const LIVE = [
  'test/operator/**/*.test.ts',
  'test/local/functions/**/*.test.ts',
  'test/emulator/{*,!(sigv4)/*}.test.ts',
];

/** The tests of benches that start a deployment. */
const BENCHES = ['test/bench/bench-storm.test.ts', 'test/bench/bench-coldstart-overhead-cost.test.ts'];

/** What `npm test` leaves to `npm run test:all`: minutes in Chromium, packages that are built and installed, more deployments. */
const SLOW = {
  unit: [
    'test/{infra,emulator}/package/package.test.ts',
    'test/bench/bench-simulation.test.ts',
    'test/campaign/campaign.test.ts',
    'test/client/{package-types,recovery-matrix}.test.ts',
  ],
  live: [
    'test/emulator/webrtc/old-peer.test.ts',
    'test/local/functions/probe.test.ts',
    'test/e2e/{access-log,operator-case,operator-errors,recoveries,route-limits,start-rules,synthesized}.test.ts',
  ],
  browser: ['test/browser/{blackout,devices,network,play,play-deployed,refusals}.test.ts'],
};

/** Some packages bring tests of their own. */
const INSTALLED = '**/node_modules/**';

/** A soak starts a deployment of its own. */
const SOAK = 'test/soak/soak.test.ts';

/** Tests of a deployment that measure, bring a crowd, or go on for minutes. */
const HEAVY = [...BENCHES, SOAK, 'test/e2e/hot-item.test.ts'];

/**
 * Unit tests that share processes, and with them what is loaded and synthesized there: loading the CDK, or only Vitest, takes longer
 * than most of them. So none of them may change what another reads: environment variables, global objects, the state of a module.
 */
const SHARED = [
  'test/{infra,house}/**/*.test.ts',
  'test/client/!(environment|recovery-matrix|recovery-properties).test.ts',
  'test/local/template/*.test.ts',
  'test/emulator/sigv4/*.test.ts',
  'test/local/iam/!(emulator|table-guard).test.ts',
  'test/lambdas/*/@(budget|connection|connection-history|digests|refusals|compressed-answer|queue|protocol|reason|retry|slot|stream-session|sli).test.ts',
];

const common = {
  setupFiles: [new URL('setup.ts', import.meta.url).pathname],
  testTimeout: HANGS_AFTER_MS,
  hookTimeout: HANGS_AFTER_MS,
  teardownTimeout: HANGS_AFTER_MS,
  env: {
    // CDK's own rules for templates take seconds to load in each process, and here they would only warn where nobody reads: those who
    // run `cdk synth` as a deployer does, test/infra/cli.test.ts and nag.test.ts, have them.
    CDK_VALIDATION: 'false',
    // Many tests start the same programs, each in a process of its own: what one compiled, the next ones find.
    NODE_COMPILE_CACHE: new URL('../node_modules/.cache/rejoin-compiled', import.meta.url).pathname,
  },
  // Until a condition holds, however busy the machine is: the default is one second.
  expect: { poll: { timeout: ASKS_FOR_MS, interval: 20 } },
};
/** The same, for tests that compute for minutes. */
const LONG_MS = 15 * 60_000;

const group = (groupOrder: number) => ({ sequence: { groupOrder } });
/** These mostly wait for packets, browsers and processes, so each core has two. */
const waiting = (groupOrder: number) => ({ ...group(groupOrder), maxWorkers: 2 * cpus().length });

/**
 * Three kinds of tests, by what they need: `unit` needs nothing, `e2e` a local deployment that each file starts
 * for itself, `browser` Chromium as well. What takes longer is `-slow`, `-heavy` or `long` and runs with `npm run test:all` only, as every project
 * does that test/run/suite.ts does not name. Their groups run one after another, since those that drive real processes and real
 * time may share a machine of two cores with their like, which mostly wait, but not with tests that compute.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // Every core: Vitest would leave one idle, which is half of a machine that has two.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          ...group(0),
          name: 'unit',
          // A process for each of so many small files costs a sixth of their time. The native WebRTC of other tests needs processes.
          pool: 'threads',
          include: [
            'test/{contract,lambdas,infra,local,emulator,openapi,bench,client,run,mutation,campaign,soak,release,upgrade}/**/*.test.ts',
          ],
          exclude: [INSTALLED, ...BENCHES, SOAK, ...LIVE, ...SHARED, ...SLOW.unit],
        },
      },
      {
        test: {
          ...common,
          ...group(0),
          name: 'unit-shared',
          include: SHARED,
          exclude: [INSTALLED, ...SLOW.unit],
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        test: {
          ...common,
          ...waiting(1),
          name: 'unit-live',
          include: LIVE,
          exclude: [INSTALLED, ...SLOW.unit, ...SLOW.live],
        },
      },
      {
        test: {
          ...common,
          ...waiting(1),
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [INSTALLED, ...HEAVY, ...SLOW.live],
        },
      },
      {
        test: {
          ...common,
          ...waiting(1),
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: [INSTALLED, ...SLOW.browser],
        },
      },
      { test: { ...common, ...group(0), name: 'unit-slow', include: SLOW.unit } },
      { test: { ...common, ...waiting(1), name: 'e2e-slow', include: SLOW.live } },
      {
        test: {
          ...common,
          ...waiting(1),
          name: 'browser-slow',
          include: SLOW.browser,
          env: { ...common.env, REJOIN_SLOW_SECONDS: process.env.REJOIN_SLOW_SECONDS ?? '240' },
        },
      },
      { test: { ...common, ...group(2), name: 'e2e-heavy', include: HEAVY, hookTimeout: LONG_MS } },
      {
        test: {
          ...common,
          ...group(3),
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: LONG_MS,
        },
      },
    ],
  },
});
