import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examine } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import {
  type FakeApi,
  KEY,
  REGION,
  type Received,
  type Reply,
  startFake,
  temporaryDirectory,
} from '../operator/support.ts';

const ACCOUNT = '123456789012';
const ORIGIN = 'https://play.example.com';
const arn = (resource: string) => `arn:aws:gameliftstreams:${REGION}:${ACCOUNT}:${resource}`;

/** Services that the local deployment has not, each verifying signatures for its own name, and the web as strangers see it. */
const SERVICES = ['sts', 'cloudformation', 'servicequotas', 'lambda', 'gameliftstreams', 'web'] as const;
type Service = (typeof SERVICES)[number];
const VARIABLES = {
  sts: 'AWS_ENDPOINT_URL_STS',
  cloudformation: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
  servicequotas: 'AWS_ENDPOINT_URL_SERVICE_QUOTAS',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
  gameliftstreams: 'AWS_ENDPOINT_URL_GAMELIFTSTREAMS',
};

const xml = (body: string, status = 200): Reply => ({ status, body });
export const xmlError = (status: number, code: string, message: string): Reply =>
  xml(
    `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    status,
  );

/** What AWS and the web answer while all is well; a test replaces what is not. */
export interface World {
  settings: Record<string, unknown>;
  caller: () => Reply;
  /** By stack name: its status and outputs. */
  stacks: Record<string, { status: string; outputs: Record<string, string> }>;
  cloudFormation: ((received: Received) => Reply) | undefined;
  quotas: (received: Received) => Reply;
  /** Lambda's GetAccountSettings. */
  lambda: (received: Received) => Reply;
  /** GetStreamGroup's output, or a whole reply. */
  streamGroup: Record<string, unknown>;
  door: { player: number; operator: number };
  allowedOrigin: (origin: string) => string | undefined;
  allowedMethods: string;
  discovery: Record<string, unknown> | string;
  keys: unknown;
}

export async function standInAws() {
  const directory = temporaryDirectory();
  const fakes = Object.fromEntries(
    await Promise.all(SERVICES.map(async (name) => [name, await startFake(name)] as const)),
  ) as Record<Service, FakeApi>;
  const web = fakes.web.url;
  const issuer = `${web}/issuer`;

  const well = (): World => ({
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
      xml(
        `<GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/ann</Arn><Account>${ACCOUNT}</Account></GetCallerIdentityResult>`,
      ),
    stacks: {
      Rejoin: {
        status: 'UPDATE_COMPLETE',
        outputs: { ApiUrl: `${web}/player`, Issuer: issuer, Audience: 'game', Scope: 'game/play' },
      },
      RejoinOperator: { status: 'CREATE_COMPLETE', outputs: { OperatorApiUrl: `${web}/operator` } },
    },
    cloudFormation: undefined,
    quotas: () => ({
      status: 200,
      body: {
        Quotas: ['StartStreamSession', 'GetStreamSession', 'CreateStreamSessionConnection'].map((name) => ({
          QuotaName: `Rate of ${name} requests`,
          Value: 20,
        })),
      },
    }),
    lambda: ({ path }) =>
      path === '/2016-08-19/account-settings/'
        ? {
            status: 200,
            body: { AccountLimit: { ConcurrentExecutions: 1200, UnreservedConcurrentExecutions: 1000 } },
          }
        : { status: 404 },
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
    door: { player: 401, operator: 403 },
    allowedOrigin: (origin) => (origin === ORIGIN ? origin : undefined),
    allowedMethods: 'GET,POST,DELETE',
    discovery: { issuer, jwks_uri: `${web}/keys` },
    keys: { keys: [{ kty: 'RSA' }] },
  });
  let world = well();

  const signed = (answer: (received: Received) => Reply) => (received: Received) =>
    received.principal === 'operator'
      ? answer(received)
      : { status: 403, body: { __type: 'SignatureDoesNotMatch' } };
  fakes.sts.answer(signed(() => world.caller()));
  fakes.servicequotas.answer(signed((received) => world.quotas(received)));
  fakes.lambda.answer(signed((received) => world.lambda(received)));
  fakes.gameliftstreams.answer(
    signed(() => {
      const { streamGroup } = world;
      return typeof streamGroup.status === 'number'
        ? (streamGroup as unknown as Reply)
        : { status: 200, body: streamGroup };
    }),
  );
  fakes.cloudformation.answer(
    signed((received) => {
      if (world.cloudFormation) return world.cloudFormation(received);
      const name = new URLSearchParams(received.body).get('StackName') ?? '';
      const stack = world.stacks[name];
      if (!stack) return xmlError(400, 'ValidationError', `Stack with id ${name} does not exist`);
      const outputs = Object.entries(stack.outputs).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      return xml(`<StackStatus>${stack.status}</StackStatus><Outputs>${outputs.join('')}</Outputs>`);
    }),
  );
  fakes.web.answer(({ method, path, headers }) => {
    if (path === '/keys') return { status: 200, body: world.keys as object };
    if (path === '/issuer/.well-known/openid-configuration') return { status: 200, body: world.discovery };
    if (method === 'OPTIONS') {
      const allowed = world.allowedOrigin(headers.origin ?? '');
      const cors = allowed !== undefined && {
        'access-control-allow-origin': allowed,
        'access-control-allow-methods': world.allowedMethods,
        'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      };
      return { status: 204, headers: { ...cors } };
    }
    if (path === '/player/v1/streamsessions') return { status: world.door.player, body: {} };
    if (path === '/operator/v1/players/doctor/streamsessions')
      return { status: world.door.operator, body: {} };
    return { status: 404, body: {} };
  });

  const environment = {
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_REGION: REGION,
    ...Object.fromEntries(
      Object.entries(VARIABLES).map(([name, variable]) => [variable, fakes[name as Service].url]),
    ),
  };
  const settingsFile = join(directory.path, 'settings.json');
  const begin = (change: (world: World) => void = () => {}) => {
    world = well();
    change(world);
    mkdirSync(directory.path, { recursive: true });
    writeFileSync(settingsFile, JSON.stringify(world.settings));
  };
  return {
    fakes,
    environment,
    directory: directory.path,
    settingsFile,
    begin,
    /** What the doctor finds in a world where all is well but for this change. */
    findings: (change?: (world: World) => void, players?: number): Promise<Finding[]> => {
      begin(change);
      return examine({ settings: settingsFile, players, local: false, json: false }, directory.path);
    },
    close: async () => {
      await Promise.all(Object.values(fakes).map((fake) => fake.close()));
      directory.remove();
    },
  };
}
