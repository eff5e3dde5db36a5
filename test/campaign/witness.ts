/** Sees each call that a function makes: whether its role may make it, and whether its record stands where an operator needs one. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { operatorRoutes } from '../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../infra/routes/player-routes.ts';
import type { Grant } from '../../infra/routes/route.ts';
import { awsError, isOverAtAws, type MemoryAws } from './aws.ts';
import type { Route } from './bundle.ts';
import type { Item } from './expressions.ts';
import type { Violation } from './plan.ts';
import type { PlayerRequest } from './players.ts';
import type { Command, MemoryTable } from './table.ts';

/** The tables' names, as the functions' environment has them, and how grants call them. */
export const TABLES = {
  table: 'sessions',
  brakeTable: 'brake',
  rateTable: 'rates',
  auditTable: 'audit',
} as const;

/** One call of a request. `pk`, `sk`: the item that it names. */
export interface SeenCall {
  route: Route;
  on: 'table' | 'aws';
  /** Without `Command`. */
  operation: string;
  tableName?: string;
  pk?: string;
  sk?: string;
}

export interface Witness {
  see(route: Route, id: number | string, on: 'table' | 'aws', command: Command): void;
  /** The calls of a request. */
  callsOf(id: number | string): readonly SeenCall[];
}

const GRANTS = new Map<string, readonly Grant[]>(
  [...playerRoutes, ...operatorRoutes].map(({ name, grants }) => [name, grants]),
);

function calledBy(route: Route, on: 'table' | 'aws', { constructor: made, input }: Command): SeenCall {
  const operation = made.name.replace(/Command$/, '');
  if (on === 'aws') return { route, on, operation };
  const { pk, sk } = unmarshall((input.Key ?? input.Item ?? {}) as never) as Item;
  const values = input.ExpressionAttributeValues ? unmarshall(input.ExpressionAttributeValues as never) : {};
  return {
    route,
    on,
    operation,
    tableName: String(input.TableName),
    pk: String(pk ?? values[':pk']),
    ...(sk === undefined ? {} : { sk: String(sk) }),
  };
}

/** Whether the role that the template gives the function allows the call. */
function isGranted({ route, on, operation, tableName, pk = '' }: SeenCall): boolean {
  return (GRANTS.get(route) ?? []).some(
    ({ actions, on: target, onlyItemsOf = '' }) =>
      actions.includes(operation) &&
      (on === 'aws'
        ? target.startsWith('streamGroups')
        : TABLES[target as keyof typeof TABLES] === tableName && pk.startsWith(onlyItemsOf)),
  );
}

/** The calls that are an operator's effect, and the action of the record that must stand before. */
const EFFECTS: Readonly<Record<string, string>> = {
  'operator-terminate TerminateStreamSession': 'terminate',
  'operator-forget DeleteItem': 'forget',
  'operator-brake UpdateItem brake': 'brake',
};

/** @param requestOf the request of an id */
export function witnessOf(
  { aws, table }: { aws: MemoryAws; table: MemoryTable },
  requestOf: (id: number | string) => PlayerRequest | undefined,
  violate: (violation: Violation) => void,
): Witness {
  const calls = new Map<number | string, SeenCall[]>();

  /** 9 and 7 */
  function checkEffect({ route, operation, tableName, pk, sk }: SeenCall, id: number | string): void {
    const action = EFFECTS[`${route} ${operation}`] ?? EFFECTS[`${route} ${operation} ${tableName}`];
    if (action === undefined) return;
    if (requestOf(id)?.as !== 'operator')
      violate({ invariant: 9, what: `${route} had an effect for ${requestOf(id)?.as ?? 'a player'}` });
    const isRecorded = table
      .items(TABLES.auditTable)
      .some(
        ({ item }) =>
          item.requestId === `request-${id}` && item.action === action && item.outcome === 'requested',
      );
    if (!isRecorded) violate({ invariant: 9, what: `${route} had an effect before it was recorded` });
    if (action !== 'forget') return;
    const session = aws.sessions.get(sk?.split('#').at(-1) ?? '');
    if (session && !isOverAtAws(session))
      violate({ invariant: 7, what: `${route} deleted the record of a session that is ${session.status}` });
    if (pk !== requestOf(id)?.about)
      violate({ invariant: 9, what: `${route} deleted a record of another player` });
  }

  return {
    callsOf: (id) => calls.get(id) ?? [],
    see(route, id, on, command) {
      const call = calledBy(route, on, command);
      calls.set(id, [...(calls.get(id) ?? []), call]);
      if (!isGranted(call)) {
        const where = call.tableName === undefined ? '' : ` on the table ${call.tableName}`;
        violate({ invariant: 3, what: `${route} calls ${call.operation}${where}, which its role denies` });
        throw awsError('AccessDeniedException', 400);
      }
      checkEffect(call, id);
    },
  };
}
