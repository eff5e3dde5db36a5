import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '../../emulator/sigv4/verify.ts';
import type { StackModel } from '../template/model.ts';
import { AwsError } from './aws-error.ts';
import { cloudFormation, xmlError } from './cloudformation.ts';
import { cloudWatch } from './cloudwatch.ts';
import { createInsights } from './insights.ts';
import type { LogStore } from './log-store.ts';
import { filterLogEvents } from './logs.ts';
import type { MetricStore } from './metric-store.ts';

/** What the services tell of. */
export interface AwsServices {
  stacks: readonly StackModel[];
  logs: LogStore;
  metrics: MetricStore;
}

const MAX_BODY_BYTES = 1_000_000;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The service that a request is signed for. All share one address. */
const signedService = ({ headers }: IncomingMessage) =>
  /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';

/**
 * Serves what CloudFormation, CloudWatch and CloudWatch Logs would say of the local deployment: only what reads, and only to who
 * signs with this key. The doctor, and a case, ask here as they ask AWS.
 * @returns its address, on a port that was free
 */
export async function startAwsServices(
  services: AwsServices,
  { region, deployer }: { region: string; deployer: { accessKeyId: string; secretAccessKey: string } },
): Promise<{ url: string; close(): Promise<void> }> {
  const insights = createInsights(services.logs, services.stacks[0]?.accountId ?? '');
  const answer = (service: string, request: IncomingMessage, body: string): string => {
    if (service === 'cloudformation') return cloudFormation(services.stacks, body);
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input: unknown = JSON.parse(body);
    if (service === 'monitoring') return JSON.stringify(cloudWatch(services, action, input));
    if (service === 'logs' && action === 'FilterLogEvents') {
      return JSON.stringify(filterLogEvents(services.logs, input));
    }
    if (service === 'logs' && ['StartQuery', 'GetQueryResults', 'StopQuery'].includes(action)) {
      return JSON.stringify(insights.answer(action, input));
    }
    throw new AwsError('UnknownOperationException', `The local deployment has no ${service} ${action}.`);
  };
  const server = createServer(async (request, response) => {
    const service = signedService(request);
    const isXml = service === 'cloudformation';
    const type = isXml ? 'text/xml' : 'application/x-amz-json-1.1';
    try {
      const body = await bodyOf(request);
      const { method = '', url = '', headers } = request;
      const verified = verifySignature(
        { method, target: url, headers, body },
        {
          service,
          region,
          lookup: (id) => (id === deployer.accessKeyId ? { ...deployer, name: 'deployer' } : undefined),
        },
      );
      if (!verified.ok) throw new AwsError('AccessDeniedException', verified.detail, 403);
      const text = answer(service, request, body.toString());
      response.writeHead(200, { 'content-type': type }).end(text);
    } catch (error) {
      const failed =
        error instanceof AwsError
          ? error
          : new AwsError('SerializationException', 'The request cannot be read.');
      const text = isXml
        ? xmlError(failed)
        : JSON.stringify({ __type: failed.code, message: failed.message });
      response.writeHead(failed.status, { 'content-type': type }).end(text);
    }
  });
  // Longer than any client keeps an idle connection: the server must not close one while its client reuses it.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
