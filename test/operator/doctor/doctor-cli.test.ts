import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELP } from '../../../operator/doctor/arguments.ts';
import { jsonError, xmlError } from '../stand-in-answers.ts';
import { environment, run } from '../support.ts';
import { unsignedToken } from './player-answers.ts';
import { standInAws } from './stand-in-aws.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'operator', 'doctor', 'main.ts');
const SLOW = / s from here, and API Gateway waits /;
let aws: Awaited<ReturnType<typeof standInAws>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());

const doctor = (args: string[], more: Record<string, string | undefined> = {}) =>
  run([...args], environment(aws.directory, { ...aws.environment, ...more }), [MAIN]);

describe('npm run doctor', () => {
  it('exits with 0 if all is well, and prints each finding in a line with a sign that needs no colour', async () => {
    aws.reset();
    const { code, stdout, stderr } = await doctor(['--settings', aws.settingsFile]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [findings = '', closing] = stdout.trimEnd().split('\n\n');
    const lines = findings.split('\n');
    expect(lines.length).toBeGreaterThan(10);
    // A busy machine may answer slower than API Gateway would wait, which is a warning.
    const isSlow = lines.some((line) => SLOW.test(line));
    for (const line of lines) expect(line).toMatch(SLOW.test(line) ? /^! .+/ : /^✓ .+: .+/);
    // An API that refuses a request without a token may refuse players too, so the doctor says what it did not try.
    expect(closing?.split('\n')).toEqual([
      isSlow ? expect.stringMatching(/^\d warnings?\.$/) : 'Everything that was checked is fine.',
      expect.stringMatching(/^Not tried: .*a request with a player's token; an operator's request\.$/),
    ]);
  });

  it('exits with 2 if it could not check something, and lists the missing IAM actions', async () => {
    aws.reset((world) => {
      const refused = xmlError(403, 'AccessDenied', 'not authorized');
      world.quotas = () => ({ status: 400, body: { __type: 'AccessDeniedException' } });
      world.streamGroup = {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: { message: 'no' },
      };
      world.cloudFormation = () => refused;
      world.topic = xmlError(403, 'AuthorizationError', 'not authorized');
      world.lambda = () => ({ status: 403, body: { Message: 'no' } });
    });
    const missing = [
      'cloudformation:DescribeStacks',
      'gameliftstreams:GetStreamGroup',
      'lambda:GetAccountSettings',
      'servicequotas:ListServiceQuotas',
      'sns:GetTopicAttributes',
    ];
    const { code, stdout } = await doctor(['--settings', aws.settingsFile]);
    expect(code).toBe(2);
    expect(stdout).toContain('\n5 could not be checked.\n');
    expect(stdout).toContain(
      "\nNot known: quotas in us-west-2; Lambda's concurrency in us-west-2; stream group sg-1AB2C3; alarmTopic; stack Rejoin.\n",
    );
    expect(stdout).toContain(`\nIAM actions that these credentials lack: ${missing.join(', ')}.`);
    const machine = await doctor(['--settings', aws.settingsFile, '--json']);
    expect(machine.code).toBe(2);
    expect(JSON.parse(machine.stdout)).toMatchObject({ ok: true, complete: false, missingActions: missing });
  });

  it('exits with 2 if it could not check the resources of a stack, and lists the missing IAM actions', async () => {
    aws.reset((world) => {
      const refused = xmlError(403, 'AccessDenied', 'not authorized');
      world.cloudFormation = (action) => (action === 'GetTemplate' ? refused : undefined);
      world.cloudWatch = () => jsonError(403, 'AccessDeniedException', 'not authorized');
      world.settings.operators = undefined;
    });
    const { code, stdout } = await doctor(['--settings', aws.settingsFile, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: false,
      missingActions: ['cloudformation:GetTemplate', 'cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData'],
    });
    aws.reset((world) => {
      world.cloudFormation = (action) =>
        action === 'ListStackResources' ? xmlError(403, 'AccessDenied', 'not authorized') : undefined;
    });
    const withoutResources = await doctor(['--settings', aws.settingsFile, '--json']);
    expect(withoutResources.code).toBe(2);
    expect(JSON.parse(withoutResources.stdout).missingActions).toEqual(['cloudformation:ListStackResources']);
  });

  it('exits with 1 and says what to do if there is a problem, but with 0 if there are only warnings', async () => {
    aws.reset((world) => {
      world.streamGroup.Status = 'EXPIRED';
    });
    const withProblem = await doctor(['--settings', aws.settingsFile]);
    expect(withProblem.code).toBe(1);
    expect(withProblem.stdout).toContain(
      '✗ stream group sg-1AB2C3: has expired (EXPIRED) → create another one',
    );
    expect(withProblem.stdout).toMatch(/\n\n1 problem\.\n/);
    aws.reset();
    const withWarning = await doctor(['--settings', aws.settingsFile, '--players', '9000']);
    expect(withWarning.code).toBe(0);
    expect(withWarning.stdout).toMatch(/^! storm in us-west-2: 9,000 players/m);
  });

  it('prints one JSON object with --json, and has the same exit code', async () => {
    aws.reset((world) => {
      world.apiStatus.player = 200;
    });
    const { code, stdout } = await doctor(['--settings', aws.settingsFile, '--json']);
    expect(code).toBe(1);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      complete: true,
      missingActions: [],
      notTried: expect.arrayContaining(["an operator's request"]),
      findings: expect.arrayContaining([
        expect.objectContaining({ level: 'problem', subject: 'player API' }),
      ]),
    });
  });

  it('lists every invalid setting, and sends no request with such settings', async () => {
    aws.reset();
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
  ])('reports %s in one line', async (_what, args, line) => {
    aws.reset();
    const given = args.length > 0 ? args : ['--settings', aws.settingsFile];
    const { code, stdout } = await doctor(given, {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(line);
  });

  it.each([
    ['without credentials', { AWS_ACCESS_KEY_ID: undefined }, {}, 'everything in the account'],
    ['without a Region', { AWS_REGION: undefined }, {}, 'everything in the account'],
    ['with settings that cannot be deployed', {}, { memoryMb: 1 }, 'everything but the settings'],
  ])('is not complete %s, and says what it did not check', async (_what, more, settings, hidden) => {
    aws.reset((world) => {
      Object.assign(world.settings, settings);
    });
    const given = ['--settings', aws.settingsFile];
    expect(JSON.parse((await doctor([...given, '--json'], more)).stdout)).toMatchObject({
      ok: false,
      complete: false,
    });
    expect((await doctor(given, more)).stdout).toContain(`\nNot known: ${hidden}.`);
  });

  it('reports a missing Region in one line, after the findings that need no Region', async () => {
    aws.reset();
    const { code, stdout } = await doctor(['--settings', aws.settingsFile], { AWS_REGION: undefined });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ .*settings\.json/);
    expect(stdout).toContain('✗ Region: No Region: give --region');
  });

  it('never shows a session token, even one that makes the request impossible', async () => {
    aws.reset();
    const token = { AWS_SESSION_TOKEN: 'canary\ncanary' };
    const { code, stdout, stderr } = await doctor(['--settings', aws.settingsFile], token);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain('canary');
    expect(stdout).toContain('check the credentials for a line break');
  });

  it('never shows the token, in either form of its output, whatever is wrong with it', async () => {
    aws.reset();
    const token = unsignedToken({ iss: 'https://other.example', sub: 'secret-subject' });
    for (const form of [[], ['--json']]) {
      const { code, stdout, stderr } = await doctor([
        ...['--settings', aws.settingsFile, '--token', token],
        ...form,
      ]);
      expect(code).toBe(1);
      expect(stdout).toContain('https://other.example');
      for (const secret of [...token.split('.'), 'secret-subject'])
        expect(stdout + stderr).not.toContain(secret);
    }
  });

  it.each([
    [['--players', '0'], '--players must be a whole number of players, such as 2000.'],
    [['--players', 'many'], '--players must be a whole number of players, such as 2000.'],
    [['--profile='], '--profile must not be empty.'],
    [['--token', ''], '--token must not be empty.'],
    [['--colour'], "Unknown option '--colour'."],
    [['here'], "Unexpected argument 'here'."],
  ])('refuses %j with one sentence and exit code 1', async (args, sentence) => {
    const { code, stdout, stderr } = await doctor(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`${sentence} See: npm run doctor -- --help\n`);
  });

  it('has a help text that names every option, and explains each exit code', async () => {
    const { code, stdout } = await doctor(['--help']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${HELP}\n` });
    for (const name of [
      'settings',
      'players',
      'token',
      'region',
      'profile',
      'local',
      'directory',
      'json',
      'help',
    ]) {
      expect(HELP).toContain(`\n  --${name} `);
    }
    expect(HELP).toMatch(/Exit codes: 0 no problem, [^;]+; 1 a problem, [^;]+; 2 no problem was found, but/);
  });
});
