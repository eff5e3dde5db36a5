import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EmulatorOptions, startEmulator } from '../emulator/server.ts';
import { withAddresses } from './aws/addresses.ts';
import { createLogStore } from './aws/log-store.ts';
import { createMetricStore } from './aws/metric-store.ts';
import { startAwsServices } from './aws/server.ts';
import { discoverSignIn } from './console/discovery.ts';
import { firefoxNote } from './console/firefox-note.ts';
import { startConsole } from './console/server.ts';
import { type Endpoints, removeEndpoints, requireOwnDirectory, writeEndpoints } from './endpoints.ts';
import { openLogFiles } from './functions/log-files.ts';
import { createFunctionPool, type FunctionPool } from './functions/pool.ts';
import { SHARED_MACHINE_INIT_TIMEOUT_MS } from './functions/worker.ts';
import { accessLogLine } from './gateway/access-log.ts';
import { startGateway } from './gateway/gateway.ts';
import type { StageLimit } from './gateway/throttle.ts';
import { guardTable } from './iam/table-guard.ts';
import { PAGE_CLIENT_ID } from './identity/names.ts';
import { startIdentity } from './identity/server.ts';
import { type Ports, portsFrom, requireFree } from './ports.ts';
import { createPrincipals, type Principals } from './principals.ts';
import { type DeployerSettings, LOCAL_ACCOUNT, localSettings, regionOf, streamGroupsOf } from './settings.ts';
import { startTableService } from './table/table.ts';
import { readDeployment } from './template/deployment.ts';
import type { FunctionModel, HttpApiModel, RoleModel, StackModel } from './template/model.ts';
import { synthesize } from './template/synth.ts';

/** One machine runs everything here: a table that answers late is on a busy machine, it has not failed. In milliseconds. */
const TABLE_TIMEOUT_MS = 5_000;

/** How a local deployment is to be made. */
export interface LocalDeploymentOptions {
  /** The first of six ports. */
  basePort: number;
  /** Where everything it writes goes; `endpoints.json` there says that it is ready. */
  directory: string;
  /** A deployer's settings file. */
  settingsFile?: string | undefined;
  /** Settings to replace, member by member of the top level. */
  settings?: DeployerSettings;
  /** Makes the app of the settings; absent: it is synthesized. For tests, which start many deployments of the same sources. */
  synthesize?: typeof synthesize;
  /** The emulator's settings to begin with. */
  emulator?: NonNullable<EmulatorOptions['settings']>;
  /** The IPv4 address of this machine that browsers send media to; absent: 127.0.0.1. What other machines send there is ignored. */
  mediaAddress?: string | undefined;
  /** How many writes a second the table takes on one item; absent: any number. DynamoDB: 1,000. */
  tableItemWritesPerSecond?: number;
  /** Whether a write whose condition failed returns the item where it asks for it; absent: it does, as DynamoDB's. */
  tableReturnsItemOnFailedCondition?: () => boolean;
  /** What the limit of an API's stage counts; absent: what the routes' own limits let through. */
  stageLimit?: StageLimit;
  /** How many events of one function, or of a given function, are served at once; absent: 8. Further events wait in a queue. */
  maxWorkersPerFunction?: number | ((fn: FunctionModel) => number);
  /** How long an event of a function, and the loading of one, may take, in seconds; absent: an event as long as the template says, and the loading a minute. */
  functionTimeoutSeconds?: number | undefined;
  /** Variables that each function gets besides the template's, such as `GAMELIFTSTREAMS_TIMEOUT_MS`, or the address of a proxy before the table. */
  functionEnvironment?: Record<string, string>;
  /** Changes what the roles grant before anything runs. For tests, which show that a wrong grant is noticed. */
  alterRoles?: (roles: RoleModel[]) => RoleModel[];
  /** Called with one line whenever a function could not start, did not answer in time, or ended before its answer. */
  onFailure?: (line: string) => void;
  /** Called with one line whenever a step begins. */
  onProgress?: (line: string) => void;
  /** Called at the start with a sentence for each of the deployer's settings that is another one here. */
  onSetting?: (sentence: string) => void;
}

/** A running local deployment. */
export interface LocalDeployment {
  endpoints: Endpoints;
  stacks: StackModel[];
  pool: FunctionPool;
  /** The callers of AWS, and what each of them was allowed. */
  principals: Principals;
  /**
   * The function behind a route such as `POST /v1/streamgroups/{streamGroupId}/streamsessions`.
   * @param api the player API, or the operator API.
   */
  functionOf(routeKey: string, api?: 'player' | 'operator'): FunctionModel;
  /** Ends everything. Only logs and the synthesized app stay. */
  close(): Promise<void>;
}

/**
 * Synthesizes the CDK app and executes it on this machine: its API by the gateway, its functions from their own
 * bundles, its table by dynalite, AWS by the emulator and the players' identity by a real OpenID provider.
 *
 * @throws Error in one sentence for a port in use, a broken setting, or a template that can't be executed.
 */
export async function startDeployment(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const { directory, onProgress = () => {} } = options;
  const ports = portsFrom(options.basePort);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    removeEndpoints(directory);
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  requireOwnDirectory(directory);
  await requireFree(ports);
  try {
    return await start(options, ports, directory, onProgress, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: LocalDeploymentOptions,
  ports: Ports,
  directory: string,
  onProgress: (line: string) => void,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<LocalDeployment> {
  const running = async <Part extends { close(): Promise<unknown> }>(part: Promise<Part>): Promise<Part> => {
    const begun = await part;
    closers.push(() => begun.close());
    return begun;
  };
  const own = localSettings(ports, { file: options.settingsFile, changes: options.settings ?? {} });
  const { settings, redirectOrigins } = own;
  for (const note of own.notes) options.onSetting?.(note);

  onProgress('Synthesizing the CDK app and bundling its functions');
  mkdirSync(directory, { recursive: true });
  const settingsPath = join(directory, 'settings.json');
  writeFileSync(settingsPath, `${JSON.stringify(settings, null, 2)}\n`);
  const make = options.synthesize ?? synthesize;
  const { outDir } = await make({ settingsPath, outDir: join(directory, 'cdk.out') }).catch(
    (error: Error) => {
      // The app read our copy. The reader of the error has to change the original.
      throw new Error(
        error.message.replace(resolve(settingsPath), options.settingsFile ?? 'local/settings.ts'),
      );
    },
  );
  const region = regionOf(settings);
  const { stacks } = readDeployment({ outDir, region, accountId: LOCAL_ACCOUNT });

  const behindRoutes = new Set(
    stacks.flatMap(({ httpApis }) =>
      httpApis.flatMap(({ routes }) => routes.map((route) => route.functionLogicalId)),
    ),
  );
  const [served, unserved] = [true, false].map((isServed) =>
    stacks
      .flatMap((stack) => stack.functions)
      .filter(({ logicalId }) => behindRoutes.has(logicalId) === isServed),
  ) as [FunctionModel[], FunctionModel[]];
  for (const { logicalId } of unserved) {
    onProgress(`${logicalId} does not run here: no route leads to it, and there is no public address to ask`);
  }
  const functions = served.map((fn) => ({
    ...fn,
    timeoutSeconds: options.functionTimeoutSeconds ?? fn.timeoutSeconds,
  }));
  requireDistinct([...functions, ...stacks.flatMap((stack) => stack.roles)]);
  const { alterRoles = (unaltered) => unaltered } = options;
  const roles = alterRoles(stacks.flatMap((stack) => stack.roles));
  const place = { region, accountId: LOCAL_ACCOUNT };
  const apiBy = (kind: 'jwt' | 'iam') =>
    stacks
      .flatMap(({ httpApis }) => httpApis)
      .find(({ routes }) => routes.some(({ authorizer }) => authorizer.kind === kind));
  const [playerApi, operatorApi] = [apiBy('jwt'), apiBy('iam')];
  if (!playerApi) throw new Error('The synthesized app has no HTTP API.');
  const principals = await createPrincipals(roles, place, {
    operatorApis: stacks.flatMap(({ outputs }) => outputs.OperatorApiArn ?? []),
    auditTables: stacks.flatMap(({ outputs, tables }) =>
      tables.filter(({ name }) => name === outputs.AuditTable).map(({ arn }) => arn),
    ),
  });

  const tables = stacks.flatMap((stack) => stack.tables);
  const partitionKeys = Object.fromEntries(
    tables.flatMap(({ arn, keySchema }) =>
      keySchema.filter(({ KeyType }) => KeyType === 'HASH').map(({ AttributeName }) => [arn, AttributeName]),
    ),
  );
  const keys = new Map(
    tables.flatMap(({ arn, encryptionKeyArn }) =>
      encryptionKeyArn === undefined ? [] : [[arn, encryptionKeyArn] as const],
    ),
  );

  onProgress('Starting the GameLift Streams emulator, the table and the identity provider');
  const [identity, emulator, table] = await Promise.all([
    running(
      startIdentity({
        port: ports.identity,
        redirectOrigins,
        ...own.identity,
      }),
    ),
    running(
      startEmulator({
        port: ports.gameLiftStreams,
        ...place,
        streamGroups: streamGroupsOf(settings),
        principals: principals.all,
        authorize: (call) => principals.authorizer.decide(call).allowed,
        controlOrigins: own.consoleOrigins,
        mediaAddress: options.mediaAddress,
        // Benches and tests play with bare offers, of which nobody connects.
        settings: { signallingConnectSeconds: 0, ...options.emulator },
      }),
    ),
    running(
      startTableService({
        port: ports.table,
        tables,
        guard: (serve) => guardTable({ serve, ...place, partitionKeys, ...principals, keys }),
        ...(options.tableItemWritesPerSecond === undefined
          ? {}
          : { itemWritesPerSecond: options.tableItemWritesPerSecond }),
        ...(options.tableReturnsItemOnFailedCondition === undefined
          ? {}
          : { returnsItemOnFailedCondition: options.tableReturnsItemOnFailedCondition }),
      }),
    ),
  ]);

  onProgress('Starting the API and the page');
  const logs = join(directory, 'logs');
  rmSync(logs, { recursive: true, force: true });
  const logStore = createLogStore(
    stacks.flatMap(({ resources }) =>
      resources.filter(({ type }) => type === 'AWS::Logs::LogGroup').map(({ physicalId }) => physicalId),
    ),
  );
  const metrics = createMetricStore();
  const logGroupOf = new Map(functions.map(({ name, logGroupName }) => [name, logGroupName]));
  const pool = createFunctionPool({
    functions,
    onLog: ({ functionName, line }) => {
      metrics.appendLine(line);
      logStore.append(logGroupOf.get(functionName) ?? '', line, Date.now());
    },
    logDirectory: logs,
    ...(options.maxWorkersPerFunction === undefined
      ? {}
      : { maxWorkersPerFunction: options.maxWorkersPerFunction }),
    initTimeoutMs:
      options.functionTimeoutSeconds === undefined
        ? SHARED_MACHINE_INIT_TIMEOUT_MS
        : options.functionTimeoutSeconds * 1000,
    ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
    environmentFor: (fn) => ({
      AWS_ACCESS_KEY_ID: principals.keyOf(fn).accessKeyId,
      AWS_SECRET_ACCESS_KEY: principals.keyOf(fn).secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      TABLE_TIMEOUT_MS: String(TABLE_TIMEOUT_MS),
      AWS_ENDPOINT_URL_GAMELIFTSTREAMS: emulator.url,
      ...options.functionEnvironment,
    }),
  });
  closers.push(() => pool.close());
  const accessLogs = openLogFiles(logs);
  closers.push(() => accessLogs.close());
  const gateway = (api: HttpApiModel, port: number, log: 'player-access' | 'operator-access') =>
    running(
      startGateway({
        port,
        api,
        invoke: (logicalId, event) => pool.invoke(logicalId, event),
        callers: principals,
        ...place,
        ...(options.stageLimit === undefined ? {} : { stageLimit: options.stageLimit }),
        log: (entry) => {
          if (api.accessLogFormat === undefined) return;
          const line = accessLogLine(api.accessLogFormat, entry);
          accessLogs.append(log, line);
          logStore.append(api.accessLogGroup ?? '', line, Date.now());
        },
      }),
    );
  const api = await gateway(playerApi, ports.api, 'player-access');
  const operators = operatorApi && (await gateway(operatorApi, ports.operatorApi, 'operator-access'));
  const { deployer } = principals;
  const reachable = withAddresses(stacks, region, [
    [playerApi, api.url],
    ...(operators ? [[operatorApi, operators.url] as const] : []),
  ]);
  const aws = await running(
    startAwsServices({ stacks: reachable, logs: logStore, metrics }, { region, deployer }),
  );
  const [group] = streamGroupsOf(settings);
  const streamGroupId = group?.id ?? '';
  const application = group?.applications[0] ?? '';
  const signIn = { clientId: PAGE_CLIENT_ID, scope: own.identity.scope };
  const page = await running(
    startConsole({
      port: ports.console,
      config: {
        deployment: 'local console',
        api: api.url,
        identity: identity.url,
        endpoints: await discoverSignIn(identity.url),
        ...signIn,
        gameLiftStreams: emulator.url,
        streamGroupId,
        application,
        firefoxNote: firefoxNote(options.mediaAddress),
      },
    }),
  );

  const endpoints: Endpoints = {
    api: api.url,
    operatorApi: operators?.url ?? null,
    identity: identity.url,
    gameLiftStreams: emulator.url,
    ...signIn,
    console: page.url,
    webSdk: `${page.url}/web-sdk.js`,
    table: table.url,
    streamGroupId,
    application,
    region,
    aws: aws.url,
    deployer,
    operator: principals.operator,
    publisher: principals.publisher,
    pid: process.pid,
  };
  writeEndpoints(directory, endpoints);
  return {
    endpoints,
    stacks,
    pool,
    principals,
    close,
    functionOf(routeKey, which = 'player') {
      const routes = (which === 'player' ? playerApi : operatorApi)?.routes ?? [];
      const route = routes.find((candidate) => candidate.routeKey === routeKey);
      const fn = functions.find((candidate) => candidate.logicalId === route?.functionLogicalId);
      if (!fn) {
        const keys = routes.map((each) => each.routeKey).join(', ');
        throw new Error(`There is no route ${routeKey}: there are ${keys}`);
      }
      return fn;
    },
  };
}

/** Functions and roles are looked up by their logical ids, which are unique in one stack only. */
function requireDistinct(resources: readonly { logicalId: string }[]): void {
  const ids = resources.map(({ logicalId }) => logicalId);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice) {
    throw new Error(`Two stacks have a ${twice}: the local deployment tells resources apart by that name`);
  }
}
