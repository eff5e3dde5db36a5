import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { ControlError } from './actions.ts';
import type { EmulatorControl } from './emulator-control.ts';

interface Reply {
  status: number;
  body?: unknown;
}

/** A body whose members are checked by the action that takes them. */
// biome-ignore lint/suspicious/noExplicitAny: the actions check it
type Body = any;
type Handler = (control: EmulatorControl, body: Body, id: string) => Reply | Promise<Reply>;

const ok = (body: unknown): Reply => ({ status: 200, body });
const NO_CONTENT: Reply = { status: 204 };

/** A body that is an object with this member alone. */
function only(name: string, body: unknown, help: string): Body {
  const result = z.strictObject({ [name]: z.unknown() }).safeParse(body);
  if (result.success) return result.data[name];
  throw new ControlError(`The body must be ${help}.`);
}

/** The routes by which a test or a person plans faults, cuts connections and changes settings: each is an action of `EmulatorControl`. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'GET faults': (control) => ok(control.faults()),
  'POST faults': (control, body) => {
    control.addFault(body);
    return { status: 201, body: control.faults() };
  },
  'DELETE faults': (control) => {
    control.clearFaults();
    return NO_CONTENT;
  },
  'GET held': (control) => ok(control.held()),
  'POST release': (control, body) => ok(control.release(body)),
  'GET streamsessions': (control) => ok(control.streamSessions()),
  'GET streamsessions/{id}': (control, _body, id) => ok(control.streamSession(id)),
  'POST streamsessions/{id}/drop': (control, body, id) => ok(control.dropClient(id, body)),
  'POST streamsessions/{id}/restore': (control, _body, id) => ok(control.restoreClient(id)),
  'PUT streamsessions/{id}/network': (control, body, id) => ok(control.setNetwork(id, body)),
  'POST streamsessions/{id}/end': (control, body, id) =>
    ok(
      control.endStreamSession(
        id,
        only('statusReason', body, '{"statusReason": "applicationExit"} or another reason'),
      ),
    ),
  'GET streamgroups': (control) => ok(control.streamGroups()),
  'PUT streamgroups/{id}': (control, body, id) => ok(control.changeStreamGroup(id, body)),
  'GET calls': (control) => ok(control.calls()),
  'DELETE calls': (control) => {
    control.clearCalls();
    return NO_CONTENT;
  },
  'GET settings': (control) => ok(control.settings()),
  'PUT settings': (control, body) => ok(control.changeSettings(body)),
  'GET time': (control) => ok({ now: control.now() }),
  'POST time': async (control, body) => {
    await control.advance(only('advanceSeconds', body, '{"advanceSeconds": a number of seconds}'));
    return ok({ now: control.now() });
  },
};

async function handle(control: EmulatorControl, method: string, path: string, body: Buffer): Promise<Reply> {
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
    throw new ControlError(`Unknown: allowed under /_emulator/ are ${Object.keys(ROUTES).join(', ')}.`, 404);
  let parsed: unknown;
  if (body.length > 0) {
    try {
      parsed = JSON.parse(body.toString('utf8'));
    } catch {
      throw new ControlError('The body is not JSON.');
    }
  }
  return handler(control, parsed, id ?? '');
}

/**
 * Serves one call of the control API. A refusal is `{"error": sentence}`.
 * @param path what follows `/_emulator/`, without the query
 */
export async function serveControl(
  control: EmulatorControl,
  request: IncomingMessage,
  path: string,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    reply = await handle(control, request.method ?? '', path, body);
  } catch (error) {
    const status = error instanceof ControlError ? error.status : 400;
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
