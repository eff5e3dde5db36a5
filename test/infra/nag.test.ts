import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type IConstruct, Node } from 'constructs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { OperatorStack } from '../../infra/operator-stack.ts';
import { RejoinStack } from '../../infra/rejoin-stack.ts';
import type { SettingsInput } from '../../infra/settings.ts';
import { group, minimal, newApp, withProvider } from './synth.ts';

const root = join(import.meta.dirname, '..', '..');

/** Settings that between them make every resource that there is. */
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
      alarmTopic: 'arn:aws:sns:us-west-2:111122223333:on-call',
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
  /** Path of the construct that the acknowledgement stands on. */
  readonly at: string;
}

/** `rule at resource` for all that cdk-nag finds, and the acknowledgements made meanwhile, of which one can be left out. */
function findings(settings: SettingsInput, leaveOut = -1) {
  const acknowledged: Acknowledged[] = [];
  const original = Validations.prototype.acknowledge;
  const spy = vi.spyOn(Validations.prototype, 'acknowledge').mockImplementation(function (
    this: Validations,
    ...rules
  ) {
    const { scope } = this as unknown as { scope: IConstruct };
    for (const rule of rules) {
      if (acknowledged.length !== leaveOut) original.call(this, rule);
      acknowledged.push({ id: rule.id, reason: rule.reason, at: Node.of(scope).path });
    }
  });
  const app = newApp();
  const { rejoin } = new RejoinStack(app, settings);
  if (settings.operators) new OperatorStack(app, rejoin);
  spy.mockRestore();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const found = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
  );
  return { acknowledged, found };
}

afterEach(() => void vi.restoreAllMocks());

describe.each(deployments)('a deployment %s', (_what, settings) => {
  const { acknowledged, found } = findings(settings);

  test('has no finding of AwsSolutions that nobody has answered', () => {
    expect(found).toEqual([]);
  });

  test('answers each with a reason', () => {
    expect(acknowledged.length).toBeGreaterThanOrEqual(5);
    for (const { reason } of acknowledged) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });

  test.each(acknowledged.map((each, at) => [each.id, each.at, at] as const))(
    'still needs the answer to %s at %s: without it, nag complains about that one resource',
    (id, place, at) => {
      expect(findings(settings, at).found).toEqual([`${id} at ${place}/Resource`]);
    },
  );
});

describe('the gate', () => {
  let checkout: string;
  afterEach(() => rmSync(checkout, { recursive: true }));

  /** Runs the app of a checkout whose table can't be restored, which AwsSolutions-DDB3 is about. */
  function planted(...command: string[]) {
    checkout = mkdtempSync(join(tmpdir(), 'rejoin-nag-'));
    for (const each of ['infra', 'lambdas', 'cdk.json']) {
      cpSync(join(root, each), join(checkout, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    const table = join(checkout, 'infra', 'table.ts');
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
      },
    });
  }

  test('ends the synthesis of a template with a planted violation, and names it', () => {
    const { status, stderr } = planted('infra/app.ts');
    expect([status, stderr]).toEqual([1, expect.stringContaining("'AwsSolutions::AwsSolutions-DDB3'")]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('ends `cdk synth`, and with it `cdk deploy`, the same way', () => {
    const { status, stderr } = planted(
      join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      ...['synth', '--quiet', '--no-notices'],
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining("'AwsSolutions::AwsSolutions-DDB3'")]);
  });
});
