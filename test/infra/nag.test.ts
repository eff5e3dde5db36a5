import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type IConstruct, Node } from 'constructs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OperatorStack } from '../../infra/operator-stack.ts';
import { RejoinStack } from '../../infra/rejoin-stack.ts';
import type { SettingsInput } from '../../infra/settings/settings.ts';
import { group, minimal, newApp, withProvider } from './synth.ts';

const root = join(import.meta.dirname, '..', '..');

/** Settings that together create every resource. */
const deployments: [string, SettingsInput][] = [
  ['with our user pool', minimal],
  [
    'with everything a deployer can choose',
    {
      ...withProvider,
      streamGroups: [group, { ...group, id: 'sg-B', region: 'eu-central-1' }],
      domain: {
        name: 'api.example.com',
        certificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/1234',
        hostedZone: { id: 'Z0123456789', name: 'example.com' },
      },
      adoption: { enabled: true },
      provisionedConcurrency: { reconnect: 5, status: 1 },
      operators: ['arn:aws:sts::111122223333:assumed-role/Operators/*'],
      exportBucket: 'arcade-exports',
      alarmTopic: 'arn:aws:sns:us-west-2:111122223333:on-call',
      probe: true,
      tags: { team: 'arcade' },
    },
  ],
  [
    'for a trial',
    { ...minimal, removalPolicy: 'destroy', identity: { cognito: { selfSignUp: true } }, operators: [] },
  ],
];

interface Acknowledged {
  readonly id: string;
  readonly reason: string;
  /** The path of the acknowledged construct. */
  readonly at: string;
}

/** The app with these settings, and each acknowledgement in it. */
function appOf(settings: SettingsInput) {
  const acknowledged: Acknowledged[] = [];
  const original = Validations.prototype.acknowledge;
  const spy = vi.spyOn(Validations.prototype, 'acknowledge').mockImplementation(function (
    this: Validations,
    ...rules
  ) {
    const { scope } = this as unknown as { scope: IConstruct };
    for (const rule of rules) {
      original.call(this, rule);
      acknowledged.push({ id: rule.id, reason: rule.reason, at: Node.of(scope).path });
    }
  });
  const app = newApp();
  const { rejoin } = new RejoinStack(app, settings);
  if (settings.operators) new OperatorStack(app, rejoin);
  spy.mockRestore();
  return { app, acknowledged };
}

/** `rule at resource` for each finding of cdk-nag. */
function findings(app: App): string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
}

/** The findings without one acknowledgement, which is put back afterwards. */
function findingsWithout(app: App, { id, at }: Acknowledged): string[] {
  const construct = app.node.findAll().find(({ node }) => node.path === at);
  const kept = construct?.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .map(({ data }) => data as Record<string, unknown>)
    .find((data) => keyOf(data, id) !== undefined);
  const key = kept && keyOf(kept, id);
  if (!kept || key === undefined) throw new Error(`${at} keeps no acknowledgement of ${id}`);
  const { [key]: reason } = kept;
  delete kept[key];
  try {
    return findings(app);
  } finally {
    kept[key] = reason;
  }
}

/** CDK writes the name of the rule package before the name of the rule. */
const keyOf = (data: Record<string, unknown>, id: string) =>
  Object.keys(data).find((key) => key === id || key.endsWith(`::${id}`));

afterEach(() => void vi.restoreAllMocks());

describe.each(deployments)('a deployment %s', (_what, settings) => {
  const { app, acknowledged } = appOf(settings);

  test('has no unacknowledged AwsSolutions finding', () => {
    expect(findings(app)).toEqual([]);
  });

  test('acknowledges each finding with a reason', () => {
    expect(acknowledged.length).toBeGreaterThanOrEqual(5);
    for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });

  test('acknowledges no finding twice on one construct', () => {
    const answers = acknowledged.map(({ id, at }) => `${id} at ${at}`);
    expect(answers).toEqual([...new Set(answers)]);
  });

  test.each(acknowledged)(
    'still needs the acknowledgement of $id at $at: without it cdk-nag reports that one resource',
    (each) => {
      expect(findingsWithout(app, each)).toEqual([`${each.id} at ${each.at}/Resource`]);
    },
  );
});

describe('the cdk-nag check', () => {
  let checkout: string;
  afterEach(() => rmSync(checkout, { recursive: true }));

  /** Runs the app in a checkout whose table has no point-in-time recovery, which violates AwsSolutions-DDB3. */
  function planted(command: readonly string[], more: NodeJS.ProcessEnv = {}) {
    checkout = mkdtempSync(join(tmpdir(), 'rejoin-nag-'));
    for (const each of ['contract', 'infra', 'lambdas', 'launch', 'cdk.json']) {
      cpSync(join(root, each), join(checkout, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    const table = join(checkout, 'infra', 'storage', 'session-table.ts');
    const sound = readFileSync(table, 'utf8');
    const broken = sound.replace('pointInTimeRecoveryEnabled: true', 'pointInTimeRecoveryEnabled: false');
    expect(broken).not.toBe(sound);
    writeFileSync(table, broken);
    return spawnSync(process.execPath, command, {
      cwd: checkout,
      encoding: 'utf8',
      env: {
        PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
        HOME: checkout,
        CDK_OUTDIR: join(checkout, 'cdk.out'),
        CDK_CONTEXT_JSON: JSON.stringify({ rejoin: withProvider, 'aws:cdk:bundling-stacks': [] }),
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...more,
      },
    });
  }

  // This check is ours: it also runs while CDK's own rules are off.
  test('ends the synthesis of a template with a planted violation, and names it', () => {
    const { status, stderr } = planted(['infra/app.ts'], { CDK_VALIDATION: 'false' });
    expect([status, stderr]).toEqual([1, expect.stringContaining("'AwsSolutions::AwsSolutions-DDB3'")]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('ends `cdk synth`, and with it `cdk deploy`, the same way', () => {
    const { status, stderr } = planted([
      join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      ...['synth', '--quiet', '--no-notices'],
    ]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("'AwsSolutions::AwsSolutions-DDB3'")]);
  });
});
