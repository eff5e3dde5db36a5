/** One request and its answer, as all checks of a run see it. */
import { operatorRoutes } from '../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../infra/routes/player-routes.ts';
import { operatorSettings, playerSettings } from '../../infra/settings/deployed.ts';
import { parseSettings } from '../../infra/settings/settings.ts';
import { isOverAtAws, type MemoryAws } from './aws.ts';
import { isOperatorRoute, type Route, type SandboxCode } from './bundle.ts';
import { chanceOf } from './chance.ts';
import { OPERATORS, operatorEventOf } from './operators.ts';
import type { Fault, Plan } from './plan.ts';
import { eventOf, GROUP, type PlayerRequest } from './players.ts';
import { newSandbox, type Outcome, type Sandbox, type World } from './sandbox.ts';
import type { CountedValue } from './stand-ins.ts';
import { TABLES } from './witness.ts';

/** The JSON of an answer, as far as the campaign reads it. */
export interface AnswerBody {
  code?: string;
  retry?: 'same' | 'newOffer' | 'never';
  retryAfterMs?: number;
  status?: number;
  connectionId?: string;
  signalResponse?: string;
  streamSession?: { streamSessionId: string; status: string };
  streamSessions?: { streamSessionId: string; status: string }[];
}

export interface Exchange {
  request: PlayerRequest;
  issuedAt: number;
  endedAt: number;
  died?: 'killed' | 'timedOut' | 'crashed';
  status: number;
  text: string;
  body: AnswerBody;
  replayed: boolean;
  /** The faults that the plan gave it. */
  faults: readonly Fault[];
  counted: readonly CountedValue[];
  /** The table, or AWS, had an outage during the request. */
  tableWasDown: boolean;
  awsWasDown: boolean;
  /** AWS had ended the session of its path when it was answered. */
  overAfter: boolean;
}

/** The settings of the attacked deployment. */
export const settingsInput = {
  streamGroups: [{ id: GROUP, region: 'us-west-2', applications: ['a-1'], sessionLengthSeconds: 3600 }],
  identity: { issuer: 'https://login.example.com/', audience: ['rejoin-web'], scope: 'rejoin/play' },
  adoption: { enabled: true },
  operators: [OPERATORS],
  // Everybody may start. What a game gets depends on the token, and every request comes with a renewed one.
  start: {
    rules: [
      {
        when: [{ claim: 'plan', equals: 'gold' }],
        give: { additionalEnvironmentVariables: { PLAN: '{plan}' } },
      },
      {},
    ],
  },
};
const settings = parseSettings(settingsInput);

const tableNames = {
  TABLE_NAME: TABLES.table,
  BRAKE_TABLE_NAME: TABLES.brakeTable,
  RATE_TABLE_NAME: TABLES.rateTable,
  AUDIT_TABLE_NAME: TABLES.auditTable,
};
const environments = {
  player: { ...tableNames, SETTINGS: JSON.stringify(playerSettings(settings)) },
  operator: { ...tableNames, SETTINGS: JSON.stringify(operatorSettings(settings)) },
};
/** A function's environment. */
export const environmentOf = (route: Route) =>
  isOperatorRoute(route) ? environments.operator : environments.player;
export const missesPerMinute = settings.limits.missesPerMinute;
const timeouts = new Map<string, number>(
  [...playerRoutes, ...operatorRoutes].map(({ name, timeoutSeconds }) => [name, timeoutSeconds]),
);

export interface Exchanger {
  send(request: PlayerRequest, how: { sandbox: number; faults: readonly Fault[] }): Promise<Exchange>;
  /** The number of requests in flight. */
  open(): number;
  /** All requests, in the order in which they were sent. */
  issued: readonly { request: PlayerRequest; at: number }[];
}

/** Sends requests to sandboxes of the product's functions. */
export function exchanger(
  world: Omit<World, 'environment'>,
  code: Record<Route, SandboxCode>,
  aws: MemoryAws,
  { seed, clocksApart }: Pick<Plan, 'seed' | 'clocksApart'>,
): Exchanger {
  const sandboxes = new Map<string, Sandbox>();
  const issued: { request: PlayerRequest; at: number }[] = [];
  let open = 0;

  /** The wanted sandbox, or the next one where that is busy or dead. */
  function sandboxFor(route: Route, wanted: number): Sandbox {
    for (let number = wanted; ; number += 10) {
      const name = `${route}-${number}`;
      const known = sandboxes.get(name);
      if (known && !known.busy()) return known;
      if (known) continue;
      const skew = Math.round((chanceOf(seed, name, 'clock') - 0.5) * clocksApart);
      const made = newSandbox(
        { ...world, environment: environmentOf(route) },
        { name, route, code: code[route], skew },
      );
      sandboxes.set(name, made);
      return made;
    }
  }
  const isOver = (request: PlayerRequest) => {
    const session = request.session === undefined ? undefined : aws.sessions.get(request.session);
    return session !== undefined && isOverAtAws(session);
  };

  return {
    issued,
    open: () => open,
    async send(request, { sandbox: wanted, faults }) {
      const issuedAt = world.time.now();
      issued.push({ request, at: issuedAt });
      open++;
      const sandbox = sandboxFor(request.route, wanted);
      const outcome: Outcome = await sandbox.invoke(
        {
          id: request.id,
          event: isOperatorRoute(request.route) ? operatorEventOf(request) : eventOf(request),
          faults,
        },
        timeouts.get(request.route) ?? 10,
      );
      open--;
      const common = {
        request,
        issuedAt,
        endedAt: world.time.now(),
        faults,
        awsWasDown: world.awsWasOut(issuedAt, world.time.now()),
        tableWasDown: world.table.wasOut(issuedAt, world.time.now()),
        overAfter: isOver(request),
      };
      const counted = [...sandbox.counted];
      if ('died' in outcome) {
        // API Gateway's own answer, without a code.
        return {
          ...common,
          counted: [],
          died: outcome.died,
          status: 503,
          text: '',
          body: {},
          replayed: false,
        };
      }
      const { statusCode: status, body: text = '', headers } = outcome.answer;
      const body = text === '' ? {} : (JSON.parse(text) as AnswerBody);
      const replayed = headers['idempotency-replayed'] === 'true';
      return { ...common, counted, status, text, body, replayed };
    },
  };
}
