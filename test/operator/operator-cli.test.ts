import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPseudoTerminal } from './pseudo-terminal.ts';
import {
  environment,
  type FakeApi,
  KEY,
  MAIN,
  problemReply,
  REGION,
  run,
  startFake,
  temporaryDirectory,
} from './support.ts';

let api: FakeApi;
let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(async () => {
  api = await startFake();
  directory = temporaryDirectory();
});
afterEach(async () => {
  await api.close();
  directory.remove();
});

const cli = (args: readonly string[], more: Record<string, string | undefined> = {}) =>
  run(args, environment(directory.path, more));
const SESSION = {
  streamGroupId: 'sg-1',
  streamSessionId: 'session1',
  status: 'TERMINATED',
  statusReason: 'idleTimeout',
  statusAt: '2026-01-02T03:05:00.000Z',
  location: 'us-west-2',
  createdAt: '2026-01-02T03:04:05.000Z',
  connectionTimeoutSeconds: 120,
};
const sessions = (...list: object[]) => ({ status: 200, body: { streamSessions: list } });
const PSEUDONYM = createHash('sha256').update('https://issuer.example\0auth0|7').digest('base64url');

describe('sessions', () => {
  it('lists sessions by the player id in AWS, with a signed request', async () => {
    api.answer(sessions(SESSION));
    const { code, stdout, stderr } = await cli(['sessions', '--player', 'a/b=+', '--api', api.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^STREAM SESSION +STATUS +AS OF +LOCATION +CREATED +ENDS AT THE LATEST$/),
      'sg-1/session1   TERMINATED (idleTimeout)  2026-01-02T03:05:00.000Z  us-west-2  2026-01-02T03:04:05.000Z',
      '',
    ]);
    expect(api.requests).toMatchObject([
      { method: 'GET', path: '/v1/streamsessions?playerId=a%2Fb%3D%2B', principal: 'operator' },
    ]);
  });

  it.each([
    ['on the path that every version of the API knows', 'a=+', '/v1/players/a%3D%2B/streamsessions'],
    ['which is not a pseudonym', 'auth0|7', '/v1/players/auth0%7C7/streamsessions'],
    ['with a percent sign', '100%', '/v1/players/100%25/streamsessions'],
    ['that is not ASCII', 'Zoë', '/v1/players/Zo%C3%AB/streamsessions'],
    ['with a slash, in the query', 'a/b', '/v1/streamsessions?playerId=a%2Fb'],
    ['with all of that', "a/b=+%&?#|'ë", '/v1/streamsessions?playerId=a%2Fb%3D%2B%25%26%3F%23%7C%27%C3%AB'],
  ])('sends a player id %s, with a signature that fits: %s', async (_what, player, path) => {
    api.answer(sessions());
    const { code } = await cli(['sessions', '--player', player, '--api', api.url]);
    expect(code).toBe(0);
    expect(api.requests).toMatchObject([{ method: 'GET', path, principal: 'operator' }]);
  });

  it('says that the API may be older, when it does not know the path for an id with a slash', async () => {
    api.answer({ status: 404, body: { message: 'Not Found' } });
    const { code, stderr } = await cli(['sessions', '--player', 'a/b', '--api', api.url]);
    expect(code).toBe(1);
    expect(stderr).toContain('or it is older than this command; check --api, or deploy.');
  });

  it("lists sessions by the subject of the player's token, with the same pseudonym that the functions derive", async () => {
    api.answer(sessions());
    const { stdout } = await cli([
      ...['sessions', '--subject', 'auth0|7', '--issuer', 'https://issuer.example', '--api', api.url],
    ]);
    expect(api.requests[0]?.path).toBe(`/v1/players/${PSEUDONYM}/streamsessions`);
    expect(stdout).toBe(`Player ${PSEUDONYM} has no known stream session.\n`);
  });

  it('prints JSON with --json, with every member of the API response', async () => {
    api.answer(sessions(SESSION));
    const { stdout } = await cli(['sessions', '--player', 'p', '--api', api.url, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      player: 'p',
      streamSessions: [SESSION],
    });
  });
});

describe('brake', () => {
  const REASON = 'Ticket 4711: no capacity left';
  const on = {
    isOn: true,
    until: '2026-01-02T03:34:05.000Z',
    setAt: '2026-01-02T03:04:05.000Z',
    operator: 'arn:aws:iam::123456789012:user/alice',
    reason: `${REASON}\u001b[2J`,
  };

  it('pauses new sessions with one signed request, and says until when', async () => {
    api.answer({ status: 200, body: { starts: on } });
    const { code, stdout } = await cli([
      ...['brake', 'starts', '--for', '30m', '--reason', REASON, '--api', api.url],
    ]);
    expect(code).toBe(0);
    expect(api.requests).toMatchObject([{ method: 'PUT', path: '/v1/brakes/starts', principal: 'operator' }]);
    expect(JSON.parse(api.requests[0]?.body ?? '')).toEqual({ seconds: 1800, reason: REASON });
    expect(stdout).toBe(
      `New sessions are paused until ${on.until}. Reconnects are not affected.\nSet at ${on.setAt} by ${on.operator}: ${REASON}\\u{1b}[2J\n`,
    );
  });

  it('says without options whether new sessions are paused, and changes nothing', async () => {
    api.answer({ status: 200, body: { starts: { isOn: false } } });
    const { code, stdout } = await cli(['brake', '--api', api.url]);
    expect([code, stdout]).toEqual([0, 'New sessions begin as usual.\n']);
    expect(api.requests).toMatchObject([{ method: 'GET', path: '/v1/brakes/starts' }]);
  });

  it('prints JSON with --json', async () => {
    api.answer({ status: 200, body: { starts: on } });
    const { stdout } = await cli(['brake', '--status', '--json', '--api', api.url]);
    expect(JSON.parse(stdout)).toEqual({ starts: on });
  });
});

describe('terminate', () => {
  it.each([
    ['an ARN', ['arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/session1']],
    ['group and id', ['sg-1/session1']],
    ['an id with --stream-group', ['session1', '--stream-group', 'sg-1']],
  ])('takes %s', async (_what, address) => {
    api.answer({ status: 204 });
    const { code, stdout } = await cli(['terminate', ...address, '--api', api.url]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'sg-1/session1 is being ended.\n' });
    expect(api.requests).toMatchObject([
      { method: 'DELETE', path: '/v1/streamgroups/sg-1/streamsessions/session1', principal: 'operator' },
    ]);
  });
});

describe('the operator API', () => {
  let aws: FakeApi;
  beforeEach(async () => {
    aws = await startFake('cloudformation');
  });
  afterEach(() => aws.close());
  const outputs = (pairs: Record<string, string>) => ({
    status: 200,
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>S</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${Object.entries(
      pairs,
    )
      .map(
        ([key, value]) => `<member><OutputValue>${value}</OutputValue><OutputKey>${key}</OutputKey></member>`,
      )
      .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  });

  it("is found in the stacks' outputs, and so is the issuer", async () => {
    aws.answer(outputs({ OperatorApiUrl: api.url }), outputs({ Issuer: 'https://issuer.example' }));
    api.answer(sessions());
    const { code } = await cli(['sessions', '--subject', 'auth0|7', '--stack', 'Mine'], {
      AWS_ENDPOINT_URL_CLOUDFORMATION: aws.url,
    });
    expect(code).toBe(0);
    expect(aws.requests.map(({ body, principal }) => ({ body, principal }))).toEqual([
      { body: 'Action=DescribeStacks&Version=2010-05-15&StackName=MineOperator', principal: 'operator' },
      { body: 'Action=DescribeStacks&Version=2010-05-15&StackName=Mine', principal: 'operator' },
    ]);
    expect(api.requests[0]?.path).toContain(PSEUDONYM);
  });

  it.each([
    [
      'there is no such stack',
      {
        status: 400,
        body: '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id RejoinOperator does not exist</Message></Error></ErrorResponse>',
      },
      'The outputs of stack RejoinOperator in us-west-2 cannot be read (Stack with id RejoinOperator does not exist): check --stack, --region and --profile, or pass --api and --issuer.',
    ],
    [
      'the stack is not an operator stack',
      outputs({ Other: 'x' }),
      'has no output OperatorApiUrl: check --stack, or pass --api.',
    ],
    [
      'the output is an address without encryption',
      outputs({ OperatorApiUrl: 'http://api.example' }),
      '--api must be an address such as https://',
    ],
  ])('is not called when %s: the command fails with one line', async (_when, answer, sentence) => {
    aws.answer(answer);
    const { code, stderr } = await cli(['terminate', 'sg-1/s'], { AWS_ENDPOINT_URL_CLOUDFORMATION: aws.url });
    expect(code).not.toBe(0);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses an operator who is not listed: the error names the ARN and what to set', async () => {
    const sts = await startFake('sts');
    const arn = 'arn:aws:sts::123456789012:assumed-role/Support/alice';
    sts.answer({
      status: 200,
      body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    });
    const env = { AWS_ENDPOINT_URL_STS: sts.url };
    api.answer(problemReply(403, 'not_an_operator'), { status: 403, body: { message: 'Forbidden' } });
    const listed = await cli(['terminate', 'sg-1/s', '--api', api.url], env);
    expect(listed).toMatchObject({
      code: 3,
      stderr: `The operator API refuses ${arn}: add it to settings.operators and deploy.\n`,
    });
    const gateway = await cli(['terminate', 'sg-1/s', '--api', api.url], env);
    expect(gateway.code).toBe(3);
    expect(gateway.stderr).toContain(`refuses ${arn}: it needs execute-api:Invoke`);
    await sts.close();
  });

  it("is called with a profile's key and Region, as by every AWS tool", async () => {
    mkdirSync(join(directory.path, '.aws'));
    writeFileSync(
      join(directory.path, '.aws', 'credentials'),
      `[support]\naws_access_key_id = ${KEY.accessKeyId}\naws_secret_access_key = ${KEY.secretAccessKey}\n`,
    );
    writeFileSync(join(directory.path, '.aws', 'config'), `[profile support]\nregion = ${REGION}\n`);
    api.answer({ status: 204 });
    const { code } = await cli(['terminate', 'sg-1/s', '--api', api.url, '--profile', 'support'], {
      AWS_REGION: undefined,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    expect(code).toBe(0);
    expect(api.requests[0]?.principal).toBe('operator');
  });

  it('is not called without credentials or without a Region', async () => {
    const noCredentials = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { code, stderr } = await cli(['terminate', 'sg-1/s', '--api', api.url], noCredentials);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^No AWS credentials: .* Sign in, or name a profile with --profile\.\n$/);
    const noRegion = await cli(['terminate', 'sg-1/s', '--api', api.url], { AWS_REGION: undefined });
    expect(noRegion).toMatchObject({ code: 2, stderr: expect.stringContaining('No Region: give --region') });
    expect(api.requests).toHaveLength(0);
  });
});

describe('an error response of the operator API', () => {
  it.each<[string, number, string, object, number]>([
    ['an unknown session', 404, 'stream_session_not_found', {}, 4],
    ['a session that is over', 409, 'session_over', {}, 5],
    [
      'a session that cannot be ended yet',
      409,
      'session_not_terminable',
      { retry: 'same', retryAfterMs: 5_000 },
      5,
    ],
    ['an argument', 400, 'invalid_request', { detail: 'streamGroupId: is not one of ours.' }, 2],
    ['a used-up quota', 503, 'paced', { retry: 'same', retryAfterMs: 5_000 }, 6],
    ['a defect', 500, 'broker_misconfigured', {}, 1],
  ])('for %s becomes one line and an exit code', async (_what, status, code, more, exitCode) => {
    api.answer(problemReply(status, code, more));
    const refused = await cli(['terminate', 'sg-1/s', '--api', api.url, '--wait', '0']);
    expect(refused).toMatchObject({ code: exitCode, stdout: '' });
    const wait = 'retryAfterMs' in more ? ' Try again in 5 s\\.' : '';
    expect(refused.stderr).toMatch(new RegExp(`^[^\\n]*\\(${code}, request request-1\\)\\.${wait}\\n$`));
  });

  it('for a rate that is used up says how long to wait', async () => {
    api.answer(
      problemReply(429, 'too_many_requests', {
        retry: 'same',
        retryAfterMs: 41_200,
        detail: 'This operator has ended stream sessions too often.',
      }),
    );
    const refused = await cli(['terminate', 'sg-1/s', '--api', api.url, '--wait', '30']);
    expect(refused).toMatchObject({
      code: 6,
      stderr:
        'This operator has ended stream sessions too often (too_many_requests, request request-1). Try again in 42 s.\n',
    });
  });

  it('of API Gateway itself says its code and its request id, which are all that its log has', async () => {
    api.answer({
      status: 500,
      headers: { 'apigw-requestid': 'EnQhFgmyvHcEPJQ=' },
      body: { message: 'Internal Server Error' },
    });
    const refused = await cli(['terminate', 'sg-1/s', '--api', api.url, '--wait', '0']);
    expect(refused).toMatchObject({
      code: 6,
      stderr:
        'The operator API answered 500 (Internal Server Error, request EnQhFgmyvHcEPJQ=). Try again in 2 s.\n',
    });
  });

  it('about an unknown stream group names the group that the operator wrote', async () => {
    api.answer(
      problemReply(400, 'invalid_request', { detail: 'streamGroupId: is not a stream group of this API' }),
    );
    const refused = await cli(['terminate', 'sg-typo/s', '--api', api.url]);
    expect(refused).toMatchObject({
      code: 2,
      stderr:
        '"sg-typo" is not a stream group of this deployment: check the part before the /, or --stream-group (invalid_request, request request-1).\n',
    });
  });

  it('becomes JSON on standard error with --json', async () => {
    api.answer(problemReply(404, 'stream_session_not_found'));
    const { stderr } = await cli(['terminate', 'sg-1/s', '--api', api.url, '--json']);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'stream_session_not_found',
        exitCode: 4,
        message: 'stream_session_not_found (stream_session_not_found, request request-1).',
      },
    });
  });

  it('that allows a repetition is repeated after the wait that it names, until the command succeeds', async () => {
    api.answer(
      problemReply(409, 'session_not_terminable', { retry: 'same', retryAfterMs: 150 }),
      { status: 503, body: { message: 'Service Unavailable' }, headers: { 'retry-after': '1' } },
      { status: 204 },
    );
    const { code, stderr } = await cli(['terminate', 'sg-1/s', '--api', api.url]);
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('Trying again in 1 s.'),
      'The operator API answered 503 (Service Unavailable). Trying again in 1 s.',
    ]);
    expect(api.requests).toHaveLength(3);
  });

  it('cannot control the terminal: control characters are spelled out', async () => {
    const evil = '\x1b]0;owned\x07\u009b2J\u202egnp.exe\r\n\x1b[31m';
    api.answer(
      problemReply(404, 'stream_session_not_found', { detail: evil, requestId: evil }),
      sessions({ ...SESSION, statusReason: evil, location: evil, status: evil }),
    );
    const refused = await cli(['terminate', 'sg-1/s', '--api', api.url]);
    const listed = await cli(['sessions', '--player', 'p', '--api', api.url]);
    const asJson = await cli(['sessions', '--player', 'p', '--api', api.url, '--json']);
    for (const text of [refused.stderr, listed.stdout, asJson.stdout]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(refused.stderr.split('\n')).toHaveLength(2);
    expect(JSON.parse(asJson.stdout).streamSessions[0].statusReason).toBe(evil);
  });

  it('with a redirect is not followed: the signed request goes to no other server', async () => {
    const otherServer = await startFake();
    api.answer({ status: 307, headers: { location: otherServer.url } });
    expect((await cli(['terminate', 'sg-1/s', '--api', api.url])).code).toBe(6);
    expect(otherServer.requests).toHaveLength(0);
    await otherServer.close();
  });

  it('that is missing, or is not from Rejoin, becomes one line that says what to check', async () => {
    await api.close();
    const gone = await cli(['terminate', 'sg-1/s', '--api', api.url]);
    expect(gone).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('cannot be reached (ECONNREFUSED)'),
    });
    api = await startFake();
    api.answer({ status: 404, body: '<html>' });
    const other = await cli(['terminate', 'sg-1/s', '--api', api.url]);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('check --api') });
  });
});

describe('the command line', () => {
  it('with a bad argument is refused in one line with exit code 2', async () => {
    const { code, stdout, stderr } = await cli(['terminate', 'sg-1/s', '--api', 'http://api.example']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^--api must be an address such as https:\/\/[^\n]*\n$/);
  });

  it('with --help prints the help text of the command', async () => {
    const { code, stdout, stderr } = await cli(['shell', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--reason REASON');
  });

  it('with --local says how to start the local deployment if none runs', async () => {
    const { code, stderr } = await cli([
      'sessions',
      '--player',
      'p',
      '--local',
      '--directory',
      directory.path,
    ]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The local deployment is not running. Start it with: npm start\n',
    });
  });

  it('prints colours only on a terminal, and none if NO_COLOR is set', async () => {
    const shown = async (more: Record<string, string>) => {
      const terminal = openPseudoTerminal(
        [process.execPath, MAIN, 'nonsense'],
        environment(directory.path, more),
      );
      expect(await terminal.ended()).toBe(2);
      return terminal.raw();
    };
    expect(await shown({})).toContain('\x1b[31m');
    expect(await shown({ NO_COLOR: '1' })).not.toContain('\x1b[');
    expect((await cli(['nonsense'])).stderr).not.toContain('\x1b[');
  });

  it('runs from inside node_modules, where Node does not strip types', async () => {
    const root = join(import.meta.dirname, '..', '..');
    const home = join(directory.path, 'node_modules', 'rejoin');
    for (const folder of ['contract', 'operator', 'launch', 'local', 'lambdas']) {
      cpSync(join(root, folder), join(home, folder), { recursive: true });
    }
    writeFileSync(join(home, 'package.json'), '{"type":"module"}');
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
    expect(await run(['--help'], environment(directory.path), [join(home, 'operator', 'bin.mjs')])).toEqual({
      code: 0,
      stdout: expect.stringContaining('Exit codes'),
      stderr: '',
    });
    // npm links the program under this name.
    symlinkSync(join(home, 'operator', 'bin.mjs'), join(directory.path, 'rejoin-operator'));
    expect(
      execFileSync(join(directory.path, 'rejoin-operator'), ['shell', '--help'], { encoding: 'utf8' }),
    ).toContain('--reason');
  });
});
