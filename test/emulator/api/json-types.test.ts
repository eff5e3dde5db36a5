import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATION_SPECS } from '../../../emulator/api/operations.ts';
import { notHere } from '../../../emulator/api/other-operations.ts';
import { type Bench, GROUP, newOffer, openBench } from '../support.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

describe('a member of another JSON type than the model’s is a SerializationException', () => {
  it.each<[string, unknown, string]>([
    ['SignalRequest', 5, "'SignalRequest': NUMBER_VALUE can not be converted to a String"],
    ['SignalRequest', { type: 'offer' }, "'SignalRequest': START_OBJECT can not be converted to a String"],
    ['Protocol', true, "'Protocol': TRUE_VALUE can not be converted to a String"],
    [
      'ConnectionTimeoutSeconds',
      '120',
      "'ConnectionTimeoutSeconds': STRING_VALUE can not be converted to an Integer",
    ],
    [
      'ConnectionTimeoutSeconds',
      1.5,
      "'ConnectionTimeoutSeconds': NUMBER_VALUE can not be converted to an Integer",
    ],
    ['Locations', 'us-west-2', "'Locations': STRING_VALUE can not be converted to a List"],
    ['Locations', ['us-west-2', null], "'Locations.2.member': NULL_VALUE can not be converted to a String"],
    [
      'AdditionalEnvironmentVariables',
      [],
      "'AdditionalEnvironmentVariables': START_ARRAY can not be converted to a Map",
    ],
    [
      'AdditionalEnvironmentVariables',
      { MODE: 5 },
      "'AdditionalEnvironmentVariables.MODE.value': NUMBER_VALUE can not be converted to a String",
    ],
    [
      'PerformanceStatsConfiguration',
      { SharedWithClient: 'true' },
      "'PerformanceStatsConfiguration.SharedWithClient': STRING_VALUE can not be converted to a Boolean",
    ],
    ['DisplayConfiguration', 5, "'DisplayConfiguration': NUMBER_VALUE can not be converted to a Structure"],
  ])('%s: %j', async (member, value, message) => {
    bench.client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: Uint8Array | string; headers: Record<string, string> };
        const text = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
        request.body = JSON.stringify({
          ...JSON.parse(text),
          [member]: value,
        });
        request.headers['content-length'] = String(Buffer.byteLength(request.body));
        return next(args);
      },
      { step: 'build', name: 'otherType', priority: 'low' },
    );
    const failure = await bench.start({ SignalRequest: newOffer() }).catch((error) => error);
    bench.client.middlewareStack.remove('otherType');
    expect(failure).toMatchObject({
      name: 'SerializationException',
      message,
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('a value of the right type that breaks a constraint is still a ValidationException', async () => {
    await expect(bench.start({ ConnectionTimeoutSeconds: 0 })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(bench.start({ Identifier: GROUP, UserId: 'auth0|7' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

it('each operation of AWS’s SDK is here, or its caller hears by its name that it is not', () => {
  const schemas = fileURLToPath(import.meta.resolve('@aws-sdk/client-gameliftstreams')).replace(
    /dist-\w+.*$/,
    'dist-es/schemas/schemas_0.js',
  );
  const operations = [
    ...readFileSync(schemas, 'utf8').matchAll(
      /export var (\w+)\$ = \[9, [\s\S]*?\[_h\]: \["(\w+)", "([^"?]+)/g,
    ),
  ].map(([, name = '', method = '', path = '']) => ({
    name,
    method,
    path: path.replaceAll(/\{\w+\}/g, 'x'),
  }));
  expect(operations.length).toBeGreaterThan(25);
  const unknown = operations
    .filter(({ name }) => !Object.hasOwn(OPERATION_SPECS, name))
    .filter(
      ({ name, method, path }) =>
        !notHere(method, path).startsWith(`${name} is not in this emulator: it has`),
    );
  expect(unknown).toEqual([]);
});
