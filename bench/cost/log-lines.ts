/** Log lines that AWS itself writes about a request, in real length. This machine's are shorter or missing. */
import { PLAYER_ROUTES, routeKey } from '../../contract/routes.ts';
import type { accessLogFields } from '../../infra/api/stage.ts';

/** What CloudWatch adds to the text of a log line. Source: CloudWatch pricing page, "26 bytes". */
const LOG_EVENT_BYTES = 26;

/** Lambda's lines of an invocation without tracing. Source: Lambda Developer Guide, "Viewing CloudWatch logs for Lambda". */
const LAMBDA_LINES = [
  'START RequestId: 8f507cfc-4697-4a07-ac01-000000000000 Version: $LATEST\n',
  'END RequestId: 8f507cfc-4697-4a07-ac01-000000000000\n',
  'REPORT RequestId: 8f507cfc-4697-4a07-ac01-000000000000\tDuration: 215.85 ms\tBilled Duration: 216 ms\tMemory Size: 512 MB\tMax Memory Used: 98 MB\t\n',
];

/** API Gateway's line of a request. */
const ACCESS_LOG_LINE: Readonly<Record<keyof typeof accessLogFields, string>> = {
  requestId: 'ceQEo90A7RKtWkQ=',
  time: '1795320386593',
  ip: '203.0.113.117',
  apiId: 'a1b2c3d4e5',
  routeKey: routeKey(PLAYER_ROUTES.reconnect),
  status: '201',
  responseLength: '6271',
  responseLatency: '231',
  integrationLatency: '228',
  integrationStatus: '200',
  functionStatus: '201',
  error: '-',
};

/** The bytes that CloudWatch bills for a line. */
export function lineBytes(line: string): number {
  return Buffer.byteLength(line) + LOG_EVENT_BYTES;
}

/** The bytes that CloudWatch bills for AWS's own lines about one request and its invocation. */
export const AWS_LINES_BYTES = [...LAMBDA_LINES, JSON.stringify(ACCESS_LOG_LINE)]
  .map(lineBytes)
  .reduce((sum, bytes) => sum + bytes, 0);
