import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clocks } from '../../../operator/doctor/clocks.ts';
import { examine } from '../../../operator/doctor/examine.ts';
import type { Finding } from '../../../operator/doctor/finding.ts';
import {
  ACCESS_LOGS,
  accountSettings,
  cloudWatch,
  escaped,
  isReply,
  jsonError,
  resourcesXml,
  templateOf,
  type World,
  xmlError,
  xmlResult,
} from '../stand-in-answers.ts';
import {
  type FakeApi,
  KEY,
  REGION,
  type Received,
  type Reply,
  startFake,
  temporaryDirectory,
} from '../support.ts';
import { playerAnswer } from './player-answers.ts';

const ACCOUNT = '123456789012';
const ORIGIN = 'https://play.example.com';
const arn = (resource: string) => `arn:aws:gameliftstreams:${REGION}:${ACCOUNT}:${resource}`;

/** AWS services, each of which verifies signatures for its own name, and a web server for requests without signatures. */
const SERVICES = [
  'sts',
  'cloudformation',
  'monitoring',
  'sns',
  'lambda',
  'servicequotas',
  'gameliftstreams',
  'logs',
  'web',
] as const;
type Service = (typeof SERVICES)[number];
const VARIABLES = {
  sts: 'AWS_ENDPOINT_URL_STS',
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  sns: 'AWS_ENDPOINT_URL_SNS',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  cloudformation: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
  servicequotas: 'AWS_ENDPOINT_URL_SERVICE_QUOTAS',
  gameliftstreams: 'AWS_ENDPOINT_URL_GAMELIFTSTREAMS',
  logs: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
};

/** The findings that are not ok, one line each. */
export const notOk = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, subject, says }) => `${level} ${subject}: ${says}`);

/** Starts fakes of the AWS services and the web that the doctor calls. */
export async function standInAws() {
  const directory = temporaryDirectory();
  const fakes = Object.fromEntries(
    await Promise.all(SERVICES.map(async (name) => [name, await startFake(name)] as const)),
  ) as Record<Service, FakeApi>;
  const web = fakes.web.url;
  const issuer = `${web}/issuer`;

  const healthyWorld = (): World => ({
    settings: {
      streamGroups: [
        {
          id: 'sg-1AB2C3',
          region: REGION,
          applications: ['a-1', 'a-2'],
          locations: ['us-west-2', 'eu-west-1'],
        },
      ],
      webOrigins: [ORIGIN],
      operators: [`arn:aws:sts::${ACCOUNT}:assumed-role/Operators/*`],
      alarmTopic: `arn:aws:sns:${REGION}:${ACCOUNT}:on-call`,
      identity: { issuer, audience: ['game'], scope: 'game/play' },
      removalPolicy: 'destroy',
    },
    caller: () =>
      xmlResult(
        'GetCallerIdentity',
        `<Arn>arn:aws:iam::${ACCOUNT}:user/ann</Arn><Account>${ACCOUNT}</Account>`,
      ),
    stacks: {
      Rejoin: {
        status: 'UPDATE_COMPLETE',
        outputs: { ApiUrl: `${web}/player`, Issuer: issuer, Audience: 'game', Scope: 'game/play' },
      },
      RejoinOperator: { status: 'CREATE_COMPLETE', outputs: { OperatorApiUrl: `${web}/operator` } },
    },
    cloudFormation: undefined,
    resources: {
      Rejoin: {
        functions: ['Rejoin-reconnect-1', 'Rejoin-status-1'],
        alarms: ['Rejoin-FunctionsDead-1', 'RejoinReconnectsFailingFast'],
        deployedWith: {},
      },
      RejoinOperator: {
        functions: ['Rejoin-shell-1'],
        alarms: ['Rejoin-AdminShellUsed-1'],
        deployedWith: {},
      },
    },
    counts: {
      'Rejoin-reconnect-1': { Invocations: [3, 4], Errors: [0, 0] },
      'Rejoin-status-1': { Invocations: [12], Errors: [] },
      'Rejoin-shell-1': { Invocations: [1], Errors: [0] },
    },
    activeAlarms: [],
    cloudWatch: undefined,
    topic: { SubscriptionsConfirmed: '2', SubscriptionsPending: '0' },
    lambda: accountSettings(1000),
    quotas: () => ({
      status: 200,
      body: {
        Quotas: ['StartStreamSession', 'GetStreamSession', 'CreateStreamSessionConnection'].map((name) => ({
          QuotaName: `Rate of ${name} requests`,
          Value: 20,
        })),
      },
    }),
    streamGroup: {
      Arn: arn('streamgroup/sg-1AB2C3'),
      Id: 'sg-1AB2C3',
      Status: 'ACTIVE',
      DefaultApplication: { Id: 'a-1', Arn: arn('application/a-1') },
      AssociatedApplications: [arn('application/a-1'), arn('application/a-2')],
      LocationStates: [
        { LocationName: 'us-west-2', Status: 'ACTIVE', AlwaysOnCapacity: 1, OnDemandCapacity: 0 },
        { LocationName: 'eu-west-1', Status: 'ACTIVE', AlwaysOnCapacity: 0, OnDemandCapacity: 2 },
      ],
    },
    apiStatus: { player: 401, operator: 403 },
    allowedOrigin: (origin) => (origin === ORIGIN ? origin : undefined),
    allowedMethods: 'GET,POST,DELETE',
    preflight: 204,
    refusalOrigin: (origin) => (origin === ORIGIN ? origin : undefined),
    routes: {},
    awsAheadMs: 0,
    issuerTakesMs: [],
    logs: (lines) => ({ status: 200, body: { events: lines.map((message) => ({ message })) } }),
    accessLogLine: (line) => JSON.stringify(line),
    discovery: { issuer, jwks_uri: `${web}/keys` },
    keys: { keys: [{ kty: 'RSA' }] },
  });
  let world = healthyWorld();
  /** The requests that the player API answered. Reads of the log find only what was asked before. */
  let logged: string[] = [];
  let stopwatchMs = 0;
  let requestIds = 0;

  const ifSigned = (reply: (received: Received) => Reply) => (received: Received) =>
    received.principal === 'operator'
      ? reply(received)
      : jsonError(403, 'InvalidSignatureException', 'The signature does not match the request.');
  fakes.sts.answer(ifSigned(() => world.caller()));
  fakes.servicequotas.answer(ifSigned((received) => world.quotas(received)));
  fakes.lambda.answer(ifSigned((received) => world.lambda(received)));
  fakes.gameliftstreams.answer(
    ifSigned(() => {
      const { streamGroup } = world;
      return typeof streamGroup.status === 'number'
        ? (streamGroup as unknown as Reply)
        : { status: 200, body: streamGroup };
    }),
  );
  fakes.cloudformation.answer(
    ifSigned((received) => {
      const parameters = new URLSearchParams(received.body);
      const name = parameters.get('StackName') ?? '';
      const action = parameters.get('Action') ?? '';
      const override = world.cloudFormation?.(action);
      if (override) return override;
      if (action === 'GetTemplate')
        return xmlResult(action, `<TemplateBody>${escaped(templateOf(world, name))}</TemplateBody>`);
      if (action === 'ListStackResources')
        return xmlResult(action, resourcesXml(world, name, parameters.get('NextToken')));
      const stack = world.stacks[name];
      if (!stack) return xmlError(400, 'ValidationError', `Stack with id ${name} does not exist`);
      const outputs = Object.entries(stack.outputs).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      return xmlResult(
        action,
        `<Stacks><member><StackName>${name}</StackName><StackStatus>${stack.status}</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>`,
      );
    }),
  );
  fakes.monitoring.answer(
    ifSigned(({ headers, body }) => {
      const action = String(headers['x-amz-target']).split('.').at(-1) ?? '';
      const input = JSON.parse(body);
      return world.cloudWatch?.(action, input) ?? { status: 200, body: cloudWatch(world, action, input) };
    }),
  );
  fakes.sns.answer(
    ifSigned(() => {
      if (isReply(world.topic)) return world.topic;
      const entries = Object.entries(world.topic).map(
        ([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`,
      );
      return xmlResult('GetTopicAttributes', `<Attributes>${entries.join('')}</Attributes>`);
    }),
  );
  fakes.logs.answer(
    ifSigned(({ body }) => {
      const { filterPattern = '', logGroupName } = JSON.parse(body);
      if (logGroupName !== ACCESS_LOGS) return jsonError(400, 'ResourceNotFoundException', 'no such group');
      const words = [...filterPattern.matchAll(/\?"([^"]*)"/g)].map(([, word]) => word);
      return world.logs(logged.filter((line) => words.some((word) => line.includes(word))));
    }),
  );
  const playerReply = ({ method, path, headers }: Received): Reply => {
    const { origin = '' } = headers;
    const isAllowed = headers.authorization !== undefined && world.apiStatus.player === 401;
    const reply: Reply = isAllowed
      ? (world.routes[`${method} ${path.split('/').at(-1)}`] ?? playerAnswer(method, path))
      : { status: world.apiStatus.player, body: {} };
    const allowed = isAllowed ? world.allowedOrigin(origin) : world.refusalOrigin(origin);
    requestIds += 1;
    const requestId = `request-${requestIds}=`;
    const byFunction = isAllowed && reply.headers?.['content-type'] !== undefined;
    const line = world.accessLogLine({
      requestId,
      status: String(reply.status),
      integrationStatus: byFunction ? '200' : '-',
      functionStatus: byFunction ? String(reply.status) : '-',
    });
    if (line !== undefined) logged.push(line);
    return {
      ...reply,
      headers: {
        'apigw-requestid': requestId,
        ...(allowed !== undefined && { 'access-control-allow-origin': allowed }),
        ...reply.headers,
      },
    };
  };
  const webReply = (received: Received): Reply => {
    const { method, path, headers } = received;
    if (path === '/keys') return { status: 200, body: world.keys as object };
    if (path === '/issuer/.well-known/openid-configuration') {
      stopwatchMs += world.issuerTakesMs.shift() ?? 0;
      return { status: 200, body: world.discovery };
    }
    if (method === 'OPTIONS') {
      const allowed = world.allowedOrigin(headers.origin ?? '');
      const cors = allowed !== undefined && {
        'access-control-allow-origin': allowed,
        'access-control-allow-methods': world.allowedMethods,
        'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      };
      return { status: world.preflight, headers: world.preflight === 204 ? { ...cors } : {} };
    }
    if (path.startsWith('/player/v1/')) return playerReply(received);
    if (path === '/operator/v1/players/doctor/streamsessions')
      return { status: world.apiStatus.operator, body: {} };
    return { status: 404, body: {} };
  };
  fakes.web.answer((received) => {
    const reply = webReply(received);
    const date = new Date(Date.now() + world.awsAheadMs).toUTCString();
    return { ...reply, headers: { date, ...reply.headers } };
  });
  const clocks: Clocks = {
    now: () => Date.now(),
    stopwatch: () => stopwatchMs,
    wait: async () => {},
  };

  const environment = {
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_REGION: REGION,
    ...Object.fromEntries(
      Object.entries(VARIABLES).map(([name, variable]) => [variable, fakes[name as Service].url]),
    ),
  };
  const settingsFile = join(directory.path, 'settings.json');
  const reset = (change: (world: World) => void = () => {}) => {
    world = healthyWorld();
    logged = [];
    change(world);
    mkdirSync(directory.path, { recursive: true });
    writeFileSync(settingsFile, JSON.stringify(world.settings));
  };
  return {
    fakes,
    environment,
    directory: directory.path,
    settingsFile,
    reset,
    /** The doctor's findings in a healthy world with this change. */
    findings: (
      change?: (world: World) => void,
      { players, token }: { players?: number; token?: string } = {},
    ): Promise<Finding[]> => {
      reset(change);
      const given = { settings: settingsFile, players, token, local: false, json: false };
      return examine(given, directory.path, clocks);
    },
    issuer,
    close: async () => {
      await Promise.all(Object.values(fakes).map((fake) => fake.close()));
      directory.remove();
    },
  };
}
