import { randomInt } from 'node:crypto';
import type { Exchange } from '../broker/relay.ts';
import type { BareCall } from './messages.ts';

const CONNECTIONS = /^\/streamgroups\/([^/]+)\/streamsessions\/([^/]+)\/connections$/;

/**
 * Splits exchanges into the calls of each reconnect. The reconnects were made one after another. Their calls need not be the same:
 * not every reconnect reads the admission queue.
 *
 * @param exchanges with the table and AWS, in any order
 * @throws Error when a call failed, or the number of reconnects differs
 */
export function callsOf(exchanges: readonly Exchange[], reconnects: number): Exchange[][] {
  const failed = exchanges.find(({ status }) => status !== 200);
  if (failed) throw new Error(`A call was answered ${failed.status}: ${failed.response.slice(0, 300)}`);
  const groups: Exchange[][] = [];
  for (const exchange of exchanges.toSorted((one, other) => one.at - other.at)) {
    if (takesLease(exchange)) groups.push([]);
    groups.at(-1)?.push(exchange);
  }
  if (groups.length !== reconnects) {
    throw new Error(
      `${reconnects} reconnects took ${groups.length} leases, which this bench doesn't understand.`,
    );
  }
  return groups;
}

/** Whether this is a reconnect's first call. */
function takesLease({ request }: Exchange): boolean {
  return request.includes('":lease":');
}

/** The same calls for another reconnect of the same session: everything that identifies a request is replaced. */
export function repeated(calls: readonly Exchange[]): BareCall[] {
  const replacements = new Map(calls.flatMap(distinctive).map((text) => [text, scrambled(text)]));
  return calls.map((call) => {
    let body = call.request;
    for (const [text, other] of replacements) body = body.replaceAll(text, other);
    // AWS refuses an offer that it has seen before.
    const input = JSON.parse(body.replace(/o=- \d+ /, `o=- ${randomInt(2 ** 47)} `), withBytes);
    const [, group, session] = CONNECTIONS.exec(call.path) ?? [];
    if (group !== undefined) Object.assign(input, { Identifier: group, StreamSessionIdentifier: session });
    return { operation: operationOf(call), input };
  });
}

/** On the wire, bytes are base64. The SDK takes raw bytes. */
function withBytes(name: string, value: unknown): unknown {
  return name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

function operationOf({ target, path }: Exchange): BareCall['operation'] {
  const operation = target?.split('.').at(-1);
  if (operation !== undefined) return operation as BareCall['operation'];
  if (CONNECTIONS.test(path)) return 'CreateStreamSessionConnection';
  throw new Error(`A reconnect called ${path}, which this bench doesn't know.`);
}

/** What identifies a request: the client token, and a lease's ids and digests. */
function distinctive({ request }: Exchange): string[] {
  const body = JSON.parse(request);
  if (typeof body.ClientToken === 'string') return [body.ClientToken];
  return stringsIn(body.ExpressionAttributeValues?.[':lease']);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length > 15 ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Replaces each hex digit by a random one. */
function scrambled(text: string): string {
  return text.replace(/[a-f0-9]/g, () => randomInt(16).toString(16));
}
