import { afterEach, expect, test } from 'vitest';
import { type AccessLogEntry, accessLogLine } from '../../../local/gateway/access-log.ts';
import { routeModel, send, type TestGateway, testGateway } from './support.ts';

let gateway: TestGateway | undefined;
afterEach(() => gateway?.close());

/** The access log line of one request to `GET /things`, as JSON. */
async function lineOf(format: Record<string, string>, answer?: Parameters<typeof testGateway>[1]) {
  const accessLogFormat = JSON.stringify(format);
  const started = await testGateway([routeModel('GET /things')], { ...answer, accessLogFormat });
  gateway = started;
  const response = await send(started.url, 'GET', '/things?name=secret');
  await expect.poll(() => started.log.length).toBe(1);
  const entry = started.log[0] as AccessLogEntry;
  return { line: JSON.parse(accessLogLine(accessLogFormat, entry)), response };
}

test('a line has the values of the request as strings, in the format of the stage', async () => {
  const { line, response } = await lineOf({
    id: '$context.requestId',
    what: '$context.routeKey of $context.apiId',
    status: '$context.status',
    length: '$context.responseLength',
    lambda: '$context.integration.integrationStatus',
    function: '$context.integration.status',
  });
  expect(line).toEqual({
    id: response.headers['apigw-requestid'],
    what: 'GET /things of abcde12345',
    status: '200',
    length: String(response.body.length),
    lambda: '200',
    function: '200',
  });
});

test("a response of the gateway's own has AWS's name for it, and - for what there was not", async () => {
  const { line } = await lineOf(
    {
      status: '$context.status',
      lambda: '$context.integration.integrationStatus',
      function: '$context.integration.status',
      error: '$context.error.responseType',
    },
    { answer: () => ({ ok: false, errorType: 'TooManyRequestsException', errorMessage: '' }) },
  );
  expect(line).toEqual({ status: '503', lambda: '429', function: '-', error: 'INTEGRATION_FAILURE' });
});

test.each([
  ['a message of the authorizer, which can hold a quotation mark', '$context.authorizer.error'],
  ['an error message of an integration', '$context.integrationErrorMessage'],
  ['a status that AWS explains in two ways', '$context.integrationStatus'],
])('a format is refused with %s', async (_, name) => {
  const format = { status: '$context.status', more: name };
  await expect(lineOf(format)).rejects.toThrow(
    `api: the local gateway does not write ${name} into the access log`,
  );
});
