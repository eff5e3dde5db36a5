import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsCall, isAccepted } from './aws-record.ts';

/** Called when a function's call has arrived, and when AWS has accepted it. */
export interface AwsObserver {
  sent(call: AwsCall): void;
  answered(call: AwsCall, made: string): void;
}

/** A call as a function sent it; undefined for one that makes neither a session nor a connection. */
function callOf(method: string, path: string, body: string): AwsCall | undefined {
  const [, session, action] = /\/streamsessions(?:\/([^/]+)\/(connections))?$/.exec(path) ?? [];
  if (method !== 'POST' || !path.includes('/streamsessions')) return undefined;
  if (session !== undefined && action === undefined) return undefined;
  const { ClientToken: clientToken = '', SignalRequest: offer = '', UserId: userId = '' } = JSON.parse(body);
  return session === undefined
    ? { operation: 'StartStreamSession', clientToken, offer, userId }
    : {
        operation: 'CreateStreamSessionConnection',
        clientToken,
        offer,
        session: decodeURIComponent(session).split('/').at(-1) ?? '',
      };
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Stands between the functions and AWS, changes nothing, and tells what is asked of AWS. A call that has arrived goes on when its function is
 * killed, as it does at AWS.
 *
 * @param target the base URL of the emulator
 */
export async function startAwsProxy(
  target: string,
  observer: AwsObserver,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, outgoing) => {
    outgoing.on('error', () => {});
    try {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const body = await textOf(incoming);
      const call = callOf(method, path, body);
      if (call) observer.sent(call);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ hostname, port, method, path, headers, agent }, resolve).on('error', reject).end(body);
      });
      const text = await textOf(answer);
      if (call && isAccepted(answer.statusCode)) observer.answered(call, madeBy(call, text));
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
    } catch {
      // The function was killed while it sent, or AWS lost the answer: the other side gets nothing either.
      outgoing.destroy();
    }
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        agent.destroy();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function madeBy({ operation }: AwsCall, text: string): string {
  const { Arn = '', SignalResponse = '' } = JSON.parse(text);
  return operation === 'StartStreamSession' ? Arn : SignalResponse;
}
