import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELP } from '../../doctor/arguments.ts';
import { environment, run } from '../operator/support.ts';
import { standInAws } from './stand-in-aws.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'doctor', 'main.ts');
let aws: Awaited<ReturnType<typeof standInAws>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());

const doctor = (args: string[], more: Record<string, string | undefined> = {}) =>
  run([...args], environment(aws.directory, { ...aws.environment, ...more }), [MAIN]);

describe('npm run doctor', () => {
  it('ends with 0 where all is well, one line a finding, each with a sign that reads without colour', async () => {
    aws.begin();
    const { code, stdout, stderr } = await doctor(['--settings', aws.settingsFile]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(-2)).toEqual(['', 'All is well.']);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines.slice(0, -2)) expect(line).toMatch(/^✓ .+: .+/);
  });

  it('ends with 1 and says what to do where there is a problem, but not for a warning alone', async () => {
    aws.begin((world) => {
      world.streamGroup.Status = 'EXPIRED';
    });
    const ill = await doctor(['--settings', aws.settingsFile]);
    expect(ill.code).toBe(1);
    expect(ill.stdout).toContain('✗ stream group sg-1AB2C3: has expired (EXPIRED) → create another one');
    expect(ill.stdout).toMatch(/\n1 problem\.\n$/);
    aws.begin();
    const warned = await doctor(['--settings', aws.settingsFile, '--players', '9000']);
    expect(warned.code).toBe(0);
    expect(warned.stdout).toMatch(/^! storm in us-west-2: 9,000 players/m);
  });

  it('answers a machine with one object, and the same exit code', async () => {
    aws.begin((world) => {
      world.door.player = 200;
    });
    const { code, stdout } = await doctor(['--settings', aws.settingsFile, '--json']);
    expect(code).toBe(1);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        expect.objectContaining({ level: 'problem', subject: 'player API' }),
      ]),
    });
  });

  it('tells every setting that cannot be deployed, and asks nobody with such settings', async () => {
    aws.begin();
    aws.fakes.sts.requests.length = 0;
    const file = join(aws.directory, 'wrong.json');
    writeFileSync(file, JSON.stringify({ streamGroups: [], webOrigin: [] }));
    const { code, stdout } = await doctor(['--settings', file]);
    expect(code).toBe(1);
    expect(stdout).toContain('streamGroups is [] → write a list of one or more stream groups');
    expect(stdout).toContain('webOrigin is not a setting → did you mean "webOrigins"?');
    expect(aws.fakes.sts.requests).toEqual([]);
  });

  it.each([
    [
      'a file that is not there',
      ['--settings', 'nowhere.json'],
      /^✗ .*cannot read the settings file nowhere\.json/,
    ],
    ['no credentials at all', [], /✗ credentials: there are none that work/],
  ])('says so in a line: %s', async (_what, args, line) => {
    aws.begin();
    const given = args.length > 0 ? args : ['--settings', aws.settingsFile];
    const { code, stdout } = await doctor(given, {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(line);
  });

  it('says so in a line where no Region is to be found, after what can be said without', async () => {
    aws.begin();
    const { code, stdout } = await doctor(['--settings', aws.settingsFile], { AWS_REGION: undefined });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ .*settings\.json/);
    expect(stdout).toContain('✗ Region: No Region: give --region');
  });

  it('shows a session token to nobody, even one that makes a request impossible', async () => {
    aws.begin();
    const token = { AWS_SESSION_TOKEN: 'canary\ncanary' };
    const { code, stdout, stderr } = await doctor(['--settings', aws.settingsFile], token);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain('canary');
    expect(stdout).toContain('is there a line break in a credential?');
  });

  it.each([
    [['--players', '0'], '--players must be a whole number of players, such as 2000.'],
    [['--players', 'many'], '--players must be a whole number of players, such as 2000.'],
    [['--profile='], '--profile must not be empty.'],
    [['--colour'], "Unknown option '--colour'."],
    [['here'], "Unexpected argument 'here'."],
  ])('refuses %j in one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await doctor(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`${sentence} See: npm run doctor -- --help\n`);
  });

  it('has a help that names every option', async () => {
    const { code, stdout } = await doctor(['--help']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${HELP}\n` });
    for (const name of ['settings', 'players', 'region', 'profile', 'local', 'directory', 'json', 'help']) {
      expect(HELP).toContain(`\n  --${name} `);
    }
  });
});
