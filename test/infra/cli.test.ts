import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { playerRoutes } from '../../infra/routes/player-routes.ts';

const root = join(import.meta.dirname, '..', '..');

let checkout: string;
beforeEach(() => {
  // A fresh clone as the CDK sees it: without settings.json and cdk.out.
  checkout = mkdtempSync(join(tmpdir(), 'rejoin-cdk-'));
  copyFileSync(join(root, 'cdk.json'), join(checkout, 'cdk.json'));
  for (const folder of ['infra', 'launch']) {
    symlinkSync(join(root, folder), join(checkout, folder), 'junction');
  }
});
afterEach(() => {
  rmSync(checkout, { recursive: true });
});

/** Runs the CDK CLI without credentials, Region, home directory or network, as a build server would. */
function cdkSynth(args: readonly string[] = [], more: NodeJS.ProcessEnv = {}) {
  const bin = join(root, 'node_modules', '.bin');
  return spawnSync(
    process.execPath,
    [join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), 'synth', '--no-notices', ...args],
    {
      cwd: checkout,
      encoding: 'utf8',
      env: {
        PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
        HOME: join(checkout, 'home'),
        AWS_EC2_METADATA_DISABLED: 'true',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...more,
      },
    },
  );
}

describe('cdk synth', () => {
  test('works on a fresh clone without credentials, and warns that the settings are an example', () => {
    // The next test runs with CDK's own rules, which take seconds.
    const { status, stdout, stderr } = cdkSynth([], { CDK_VALIDATION: 'false' });
    expect(stderr).toMatch(
      /WARNING these are the example settings: your account has no stream group sg-1AB2C3De4/,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/RouteKey: POST \/v1\/streamgroups\/\{streamGroupId\}\/streamsessions\n/);
    const assets = JSON.parse(readFileSync(join(checkout, 'cdk.out', 'Rejoin.assets.json'), 'utf8'));
    // A function for each route, and the template itself.
    expect(Object.keys(assets.files)).toHaveLength(playerRoutes.length + 1);
  });

  test('warns of an alarm topic that is not in the Region of the deployment', () => {
    const settings = {
      streamGroups: [{ id: 'sg-X', region: 'us-east-2', applications: ['a'] }],
      webOrigins: ['https://stage.example.com'],
      alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:on-call',
    };
    writeFileSync(join(checkout, 'settings.json'), JSON.stringify(settings));
    const { status, stderr } = cdkSynth([], { CDK_VALIDATION: 'false', AWS_REGION: 'us-west-2' });
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /WARNING alarmTopic is in eu-central-1, but a deployment from here goes to us-west-2, where AWS does not accept it/,
    );
  });

  test('uses a settings file that is named on the command line', () => {
    const settings = {
      stackName: 'Stage',
      streamGroups: [{ id: 'sg-X', region: 'us-east-2', applications: ['a'] }],
      webOrigins: ['https://stage.example.com'],
      operators: [],
      alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:on-call',
    };
    writeFileSync(join(checkout, 'stage.json'), JSON.stringify(settings));
    const { status, stdout, stderr } = cdkSynth(['Stage', '-c', 'settings=stage.json']);
    expect(status).toBe(0);
    // There is nothing that a deployer would have to understand first.
    expect(stderr).not.toContain('WARNING');
    expect(stdout).toMatch(/:gameliftstreams:us-east-2:/);
    expect(stdout).not.toMatch(/sg-1AB2C3De4/);
  });

  test('reports wrong settings in plain lines without a stack trace', () => {
    writeFileSync(join(checkout, 'settings.json'), '{"streamGroups": [], "memoryMB": 512}');
    const { status, stderr } = cdkSynth();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Rejoin cannot be deployed with these settings \(settings\.json\):\n- streamGroups is \[\]; write .+\n- memoryMB is not a setting; did you mean "memoryMb"\? .+\n/,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('the app exits with an error when nothing was synthesized, also without the CLI', () => {
  const { status, stderr } = spawnSync(process.execPath, ['infra/app.ts'], {
    cwd: checkout,
    encoding: 'utf8',
    env: { CDK_OUTDIR: join(checkout, 'out'), NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
  });
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^Rejoin cannot be deployed with these settings \(settings\):\n- no settings: write .+\n$/,
    ),
  ]);
  expect(existsSync(join(checkout, 'out', 'manifest.json'))).toBe(false);
});
