import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { group, minimal, ofType, templateOf, text, withProvider } from '../synth.ts';

const template = templateOf(withProvider);
const functions = ofType(template, 'AWS::Lambda::Function').map(
  ([id, { Properties }]) => [id.replace(/^Rejoin(\w+)Function\w{8}$/, '$1'), Properties] as const,
);

test('every function runs on the runtime and architecture that it is built and measured for', () => {
  expect(functions).toHaveLength(6);
  for (const [, properties] of functions) {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      TracingConfig: { Mode: 'Active' },
    });
  }
});

test('a function times out long before API Gateway does, so a killed one costs its player only seconds', () => {
  const timeouts = Object.fromEntries(functions.map(([name, { Timeout }]) => [name, Timeout]));
  expect(timeouts).toEqual({
    start: 15,
    status: 6,
    sessions: 5,
    reconnect: 10,
    terminate: 10,
    recoveries: 5,
  });
});

describe('the environment of a function', () => {
  const [[tableId = ''] = [], [brakeId = ''] = []] = ofType(template, 'AWS::DynamoDB::Table');

  test('has the settings it needs, the table and the names of its logs and metrics, and nothing else', () => {
    const { streamGroups, userId, launchArguments, limits, adoption, quotas } = parseSettings(withProvider);
    const { CreateStreamSessionAdminShell: _, ...playerQuotas } = quotas;
    for (const [name, { Environment }] of functions) {
      const { SETTINGS, ...others } = Environment.Variables;
      expect(JSON.parse(SETTINGS), name).toEqual({
        streamGroups,
        userId,
        launchArguments,
        limits,
        quotas: playerQuotas,
        adoption,
      });
      expect(SETTINGS).not.toMatch(/\s/);
      expect(others).toEqual({
        TABLE_NAME: { Ref: tableId },
        ...(name === 'start' ? { BRAKE_TABLE_NAME: { Ref: brakeId } } : {}),
        POWERTOOLS_SERVICE_NAME: 'rejoin',
        POWERTOOLS_METRICS_NAMESPACE: 'Rejoin',
        POWERTOOLS_LOG_LEVEL: 'INFO',
      });
    }
  });

  const many = (count: number) => ({
    ...minimal,
    streamGroups: Array.from({ length: count }, (_, at) => ({ ...group, id: `sg-${at}` })),
  });

  test('more stream groups than fit are refused before Lambda refuses them in the middle of a deployment', () => {
    expect(() => templateOf(many(24))).toThrow(
      expect.objectContaining({
        name: 'SettingsError',
        lines: [
          expect.stringMatching(
            /^streamGroups has 24 entries, which take \d+ bytes of a function's environment; Lambda allows 4096: split/,
          ),
        ],
      }),
    );
  });

  test('a dozen stream groups fit', () => {
    expect(ofType(templateOf(many(12)), 'AWS::Lambda::Function')).toHaveLength(6);
  });
});

test('memory and log level are those of the settings', () => {
  const other = templateOf({ ...minimal, memoryMb: 1024, logs: { level: 'DEBUG' } });
  for (const [, { Properties }] of ofType(other, 'AWS::Lambda::Function')) {
    expect(Properties.MemorySize).toBe(1024);
    expect(Properties.Environment.Variables.POWERTOOLS_LOG_LEVEL).toBe('DEBUG');
  }
});

test('every log expires: the six functions and the API each write to a group with the chosen retention', () => {
  const groups = ofType(templateOf({ ...minimal, logs: { retentionDays: 90 } }), 'AWS::Logs::LogGroup');
  expect(groups).toHaveLength(7);
  for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(90);
  const used = new Set([
    ...functions.map(([, { LoggingConfig }]) => text(LoggingConfig.LogGroup)),
    ...ofType(template, 'AWS::ApiGatewayV2::Stage').map(([, { Properties }]) =>
      text(Properties.AccessLogSettings.DestinationArn).replace('.Arn', ''),
    ),
  ]);
  expect(used).toEqual(new Set(ofType(template, 'AWS::Logs::LogGroup').map(([id]) => `\${${id}}`)));
});
