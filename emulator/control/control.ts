import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Calls } from '../api/calls.ts';
import { parseFault } from '../api/fault.ts';
import type { Faults } from '../api/faults.ts';
import { type Holds, parseRelease } from '../api/holds.ts';
import { ERROR_REASONS, isFinished, TERMINATED_REASONS } from '../model/lifecycle.ts';
import { mergeSettings, type Settings } from '../model/settings.ts';
import type { GameLiftStreams, StreamGroup } from '../sessions/service.ts';
import type { StreamSession } from '../sessions/stream-session.ts';
import { parseNetwork } from '../webrtc/network.ts';
import { parseDrop } from '../webrtc/outage.ts';

export interface ControlContext {
  service: GameLiftStreams;
  faults: Faults;
  holds: Holds;
  calls: Calls;
  settings: () => Settings;
  changeSettings: (settings: Settings) => void;
}

interface Reply {
  status: number;
  body?: unknown;
}

class BadRequest extends Error {
  readonly status: number;
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const REASONS = [...ERROR_REASONS, ...TERMINATED_REASONS] as const;
const GROUP_STATUSES = [
  'ACTIVATING',
  'UPDATING_LOCATIONS',
  'ACTIVE',
  'ACTIVE_WITH_ERRORS',
  'ERROR',
  'DELETING',
  'EXPIRED',
] as const;

const endSchema = z.strictObject({ statusReason: z.enum(REASONS) });
const groupSchema = z.strictObject({
  status: z.enum(GROUP_STATUSES).optional(),
  capacity: z.int().min(0).optional(),
});

function parse<T>(schema: z.ZodType<T>, input: unknown, help: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadRequest(`The body must be ${help}.`);
}

function show(session: StreamSession) {
  const { context, request, life, gameState } = session;
  return {
    id: context.id,
    streamGroupId: context.streamGroupId,
    status: life.status,
    statusReason: life.statusReason ?? null,
    userId: request.UserId ?? null,
    counter: gameState?.counter ?? 0,
    inputs: gameState?.inputs ?? 0,
    keys: gameState?.keys ?? [],
    messages: gameState?.messages ?? 0,
    microphonePackets: gameState?.microphonePackets ?? 0,
    connections: session.connections,
    peer: session.peerKind,
    network: session.network ?? null,
    outage: session.outage ?? null,
    createdAt: new Date(life.createdAt).toISOString(),
  };
}

const showGroup = ({ id, status, capacity, applications, locations }: StreamGroup) => ({
  id,
  status,
  capacity: capacity ?? null,
  applications,
  locations,
});

type Handler = (context: ControlContext, body: unknown, id: string) => Reply;

function session(context: ControlContext, id: string): StreamSession {
  const found = context.service.findSession(id);
  if (!found) throw new BadRequest(`There is no stream session ${id}.`, 404);
  return found;
}

/** The routes by which a test or a person plans faults, cuts connections and changes settings. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'GET faults': ({ faults }) => ({ status: 200, body: faults.list() }),
  'POST faults': ({ faults }, body) => {
    faults.add(parseFault(body));
    return { status: 201, body: faults.list() };
  },
  'DELETE faults': ({ faults, holds }) => {
    faults.clear();
    holds.release({});
    return { status: 204 };
  },
  'GET held': ({ holds }) => ({ status: 200, body: holds.list() }),
  'POST release': ({ holds }, body) => ({ status: 200, body: holds.release(parseRelease(body)) }),
  'GET streamsessions': ({ service }) => ({ status: 200, body: service.list().map(show) }),
  'GET streamsessions/{id}': (context, _body, id) => ({ status: 200, body: show(session(context, id)) }),
  'POST streamsessions/{id}/drop': (context, body, id) => {
    const target = session(context, id);
    const drop = parseDrop(body);
    if (!target.drop(drop))
      throw new BadRequest(`Stream session ${id} has no connected client to drop.`, 409);
    return { status: 200, body: show(target) };
  },
  'POST streamsessions/{id}/restore': (context, _body, id) => {
    const target = session(context, id);
    if (!target.restore())
      throw new BadRequest(`Stream session ${id} has neither a blackout nor a dead downlink to undo.`, 409);
    return { status: 200, body: show(target) };
  },
  'PUT streamsessions/{id}/network': (context, body, id) => {
    const target = session(context, id);
    const network = parseNetwork(body);
    if (isFinished(target.life)) throw new BadRequest(`Stream session ${id} has already ended.`, 409);
    if (target.peerKind === 'signalling') {
      throw new BadRequest(`Stream session ${id} answers by signalling alone: it has no media path.`, 409);
    }
    target.network = network;
    return { status: 200, body: show(target) };
  },
  'POST streamsessions/{id}/end': (context, body, id) => {
    const target = session(context, id);
    const { statusReason } = parse(endSchema, body, `{"statusReason": one of ${REASONS.join(', ')}}`);
    if (isFinished(target.life)) throw new BadRequest(`Stream session ${id} has already ended.`, 409);
    target.dispatch({ type: 'end', reason: statusReason });
    return { status: 200, body: show(target) };
  },
  'GET streamgroups': ({ service }) => ({ status: 200, body: service.groups().map(showGroup) }),
  'PUT streamgroups/{id}': ({ service }, body, id) => {
    const group = service.groups().find((candidate) => candidate.id === id);
    if (!group) throw new BadRequest(`There is no stream group ${id}.`, 404);
    const { status, capacity } = parse(
      groupSchema,
      body,
      `an object with "status" (one of ${GROUP_STATUSES.join(', ')}) or "capacity" (a whole number, 0 or more)`,
    );
    service.changeGroup(group, { ...(status && { status }), ...(capacity !== undefined && { capacity }) });
    return { status: 200, body: showGroup(group) };
  },
  'GET calls': ({ calls }) => ({ status: 200, body: calls.list() }),
  'DELETE calls': ({ calls }) => {
    calls.clear();
    return { status: 204 };
  },
  'GET settings': ({ settings }) => ({ status: 200, body: settings() }),
  'PUT settings': ({ settings, changeSettings }, body) => {
    changeSettings(mergeSettings(settings(), body));
    return { status: 200, body: settings() };
  },
};

function handle(context: ControlContext, method: string, path: string, body: Buffer): Reply {
  const [collection = '', id, action, ...more] = path
    .split('/')
    .map((part) => (/^[\w-]*$/.test(part) ? part : '?'));
  const name = [
    collection,
    ...(id === undefined ? [] : ['{id}']),
    ...(action === undefined ? [] : [action]),
  ].join('/');
  const handler =
    more.length === 0 && Object.hasOwn(ROUTES, `${method} ${name}`) ? ROUTES[`${method} ${name}`] : undefined;
  if (!handler)
    throw new BadRequest(`Unknown: allowed under /_emulator/ are ${Object.keys(ROUTES).join(', ')}.`, 404);
  let parsed: unknown;
  if (body.length > 0) {
    try {
      parsed = JSON.parse(body.toString('utf8'));
    } catch {
      throw new BadRequest('The body is not JSON.');
    }
  }
  return handler(context, parsed, id ?? '');
}

/**
 * Serves one call of the control API. A refusal is `{"error": sentence}`.
 * @param path what follows `/_emulator/`, without the query
 */
export function serveControl(
  context: ControlContext,
  request: IncomingMessage,
  path: string,
  body: Buffer,
  response: ServerResponse,
): void {
  let reply: Reply;
  try {
    reply = handle(context, request.method ?? '', path, body);
  } catch (error) {
    const status = error instanceof BadRequest ? error.status : 400;
    reply = { status, body: { error: error instanceof Error ? error.message : String(error) } };
  }
  response.statusCode = reply.status;
  response.setHeader('cache-control', 'no-store');
  if (reply.body === undefined) {
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(reply.body));
}
