import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdminShells } from './admin-shell/admin-shells.ts';
import { isWebSocket } from './admin-shell/websocket.ts';
import { type ApiContext, serveCall } from './api/api.ts';
import { createCalls } from './api/calls.ts';
import { createFaults } from './api/faults.ts';
import { createHolds } from './api/holds.ts';
import { createRateLimit } from './api/rate-limit.ts';
import { createControl } from './control/actions.ts';
import { serveControl } from './control/control.ts';
import { admitControl } from './control/control-access.ts';
import type { EmulatorControl } from './control/emulator-control.ts';
import { DEFAULTS } from './defaults.ts';
import { createClock } from './model/clock.ts';
import type { EmulatorOptions, EmulatorPrincipal } from './model/options.ts';
import { DEFAULT_SETTINGS, mergeSettings, type Operation } from './model/settings.ts';
import { createClientTokens } from './sessions/client-tokens.ts';
import { GameLiftStreams } from './sessions/service.ts';
import { endThreads } from './webrtc/webrtc.ts';

export type {
  Authorization,
  EmulatorOptions,
  EmulatorPrincipal,
  EmulatorStreamGroup,
} from './model/options.ts';

/** A running emulator. What a test may do to it is in `EmulatorControl`. */
export interface Emulator extends EmulatorControl {
  /** The endpoint for an SDK client, without a slash at the end. */
  readonly url: string;
  readonly region: string;
  /** The key of the first principal. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The first stream group, and its default application. */
  readonly streamGroupId: string;
  readonly applicationId: string;
  /** Ends every session and connection. See also `shutdownWebRtc`, for the process's end. */
  close(): Promise<void>;
  /** Adds a principal, or replaces the one with this access key. */
  addPrincipal(principal: EmulatorPrincipal): void;
}

/**
 * Ends the threads of real WebRTC connections, which would keep the process alive. Call it once, before the process ends, when every
 * emulator in it is closed: afterwards no connection can be made. A process without real connections needs no call.
 */
export async function shutdownWebRtc(): Promise<void> {
  await endThreads();
}

/** Well above any signal request; AWS limits requests too. */
const MAX_BODY_BYTES = 1024 * 1024;
const SCRIPT_PATH = '/_emulator/web-sdk-protocol.js';
const CONTROL_PREFIX = '/_emulator/';

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Serves the input module to any page: the Web SDK loads it with `crossorigin="anonymous"`. */
function serveScript(response: ServerResponse, script: Buffer): void {
  response.setHeader('content-type', 'text/javascript; charset=utf-8');
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  response.end(script);
}

/**
 * Starts an emulator of Amazon GameLift Streams for one account and Region. Without options it takes a free port and has one stream group,
 * one application and one key.
 * @throws Error with code EADDRINUSE when the port is taken, or a sentence about a wrong setting
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { region = DEFAULTS.region, accountId = DEFAULTS.accountId } = options;
  const streamGroups = options.streamGroups ?? [
    { id: DEFAULTS.streamGroupId, applications: [DEFAULTS.applicationId], locations: [region] },
  ];
  const all = options.principals ?? [{ name: 'developer', ...DEFAULTS.credentials }];
  let settings = mergeSettings(DEFAULT_SETTINGS, options.settings ?? {});
  const script = readFileSync(new URL('web-sdk-protocol.js', import.meta.url));
  const principals = new Map(all.map((principal) => [principal.accessKeyId, principal]));
  let url = '';

  const random = options.random ?? Math.random;
  const current = () => settings;
  const clock = createClock(options.clock === 'manual');
  const service = new GameLiftStreams({
    region,
    accountId,
    streamGroups,
    settings: current,
    clock,
    webSdkProtocolUrl: () => `${url}${SCRIPT_PATH}`,
    mediaAddress: options.mediaAddress,
    random,
  });
  const adminShells = createAdminShells({
    region,
    settings: current,
    now: clock.now,
    url: () => url.replace(/^http/, 'ws'),
  });
  const context: ApiContext = {
    service,
    settings: current,
    clock,
    adminShells,
    clientTokens: createClientTokens(
      () => ({
        retentionSeconds: settings.clientTokenRetentionSeconds,
        repeatAnswer: settings.repeatAnswer,
      }),
      clock.now,
    ),
    region,
    accountId,
    lookup: (accessKeyId) => principals.get(accessKeyId),
    authorize: options.authorize ?? (() => true),
    rateLimit: createRateLimit((operation) => settings.quotas[operation as Operation], clock.now),
    faults: createFaults(random),
    holds: createHolds(),
    calls: createCalls(),
  };
  const control = createControl({
    service,
    clock,
    faults: context.faults,
    holds: context.holds,
    calls: context.calls,
    settings: current,
    changeSettings: (next: typeof settings) => {
      settings = next;
      service.settingsChanged();
    },
  });

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?');
    const isControl = path.startsWith(CONTROL_PREFIX);
    if (path === SCRIPT_PATH && request.method === 'GET') return serveScript(response, script);
    if (isControl && !admitControl(request, response, options.controlOrigins ?? [])) return;
    const body = await readBody(request);
    if (!body) {
      response.writeHead(413, { connection: 'close' }).end();
    } else if (isControl) {
      await serveControl(control, request, path.slice(CONTROL_PREFIX.length), body, response);
    } else {
      await serveCall(context, request, body, response);
    }
  };
  const server = createServer({ shouldUpgradeCallback: isWebSocket }, (request, response) => {
    // The connection broke while the request was read.
    serve(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', adminShells.connect);
  // Longer than any client keeps an idle connection: the server must not close one while its client reuses it.
  server.keepAliveTimeout = 75_000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  }).catch((error) => {
    service.close();
    clock.close();
    throw error;
  });
  const { address, port, family } = server.address() as AddressInfo;
  url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;

  const [principal] = all;
  return {
    ...control,
    url,
    region,
    credentials: {
      accessKeyId: principal?.accessKeyId ?? '',
      secretAccessKey: principal?.secretAccessKey ?? '',
    },
    streamGroupId: streamGroups[0]?.id ?? '',
    applicationId: streamGroups[0]?.applications[0] ?? '',
    addPrincipal: (principal) => {
      principals.set(principal.accessKeyId, principal);
    },
    close: async () => {
      // First, so that no held call takes effect any more.
      context.holds.close();
      service.close();
      adminShells.close();
      clock.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
