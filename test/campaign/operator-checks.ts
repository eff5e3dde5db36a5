/** What must hold of an answer of the operator API. */
import { OPERATOR_PROBLEMS } from '../../contract/operator-problems.ts';
import { isOperatorRoute } from './bundle.ts';
import type { Exchange } from './exchange.ts';
import type { Violation } from './plan.ts';
import type { MemoryTable } from './table.ts';
import { TABLES } from './witness.ts';

/** The violations of an answer of the operator API. @param table as it is right after the answer */
export function checkOperated(exchange: Exchange, table: MemoryTable): Violation[] {
  const { request, status, body, died, issuedAt } = exchange;
  const { route, as } = request;
  if (!isOperatorRoute(route)) return [];
  const violation = (invariant: Violation['invariant'], what: string): Violation[] => [
    { invariant, what, ...(typeof request.id === 'number' ? { step: request.id } : {}) },
  ];
  if (died === 'crashed' || died === 'timedOut') return violation(3, `${route} ${died} instead of answering`);
  if (died) return [];
  if (as !== 'operator') {
    return body.code === 'not_an_operator' && status === 403
      ? []
      : violation(9, `${route} answered ${body.code ?? status} to ${as}`);
  }
  if (status < 300) {
    const records = table.items(TABLES.auditTable).map(({ item }) => item);
    const isOpened = records.some(
      ({ requestId, outcome }) => requestId === `request-${request.id}` && outcome === 'opened',
    );
    if (route === 'operator-shell' && !isOpened)
      return violation(9, `${route} handed out credentials without a record`);
    if (route !== 'operator-forget' || exchange.faults.length > 0 || exchange.tableWasDown) return [];
    const left = table
      .items(TABLES.table)
      .filter(({ item }) => item.pk === request.about && String(item.sk).startsWith('SESSION#'));
    return left.some(({ writtenAt }) => writtenAt < issuedAt)
      ? violation(9, `${route} succeeded, but left a record of the player`)
      : [];
  }
  const known: Readonly<Record<string, { status: number; retry: string }>> = OPERATOR_PROBLEMS;
  const row = Object.hasOwn(known, body.code ?? '') ? known[body.code ?? ''] : undefined;
  if (!row || row.status !== status || row.retry !== body.retry)
    return violation(3, `${route} answered ${body.code ?? status}, which docs/protocol.md does not list`);
  if (body.code === 'broker_misconfigured' || body.code === 'not_an_operator')
    return violation(3, `${route} answered ${body.code}, although nothing is misconfigured`);
  return [];
}
