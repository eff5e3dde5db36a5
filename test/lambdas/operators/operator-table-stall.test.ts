import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { dynamoTable } from '../../../lambdas/dynamodb/table.ts';
import { tableAudit } from '../../../lambdas/operators/audit.ts';

let server: Server;
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

// A table that is waited for without end would hang this test: that is how it fails.
it('an audit table that begins an answer and never ends it gets the operator an error, not the function’s time-out', async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '2' });
    response.flushHeaders();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  })) {
    vi.stubEnv(name, value);
  }
  const written = tableAudit(dynamoTable('Audit')).write({
    action: 'adminShell',
    call: {
      operator: 'o',
      accessKeyId: 'a',
      entry: 'e',
      sourceIp: '192.0.2.1',
      userAgent: '',
      requestId: 'r',
    },
    streamGroupId: 'sg-1',
    streamSessionId: 's-1',
    reason: 'Ticket 4711: black screen',
    outcome: 'opened',
    at: 0,
  });
  await expect(written).rejects.toMatchObject({ code: 'audit_unavailable' });
});
