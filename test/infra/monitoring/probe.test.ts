import { describe, expect, test } from 'vitest';
import { PROBE_TIMEOUT_MS } from '../../../lambdas/probe/refusal.ts';
import { allowed, policies } from '../policies.ts';
import { ofType, templateOf, text, withProvider } from '../synth.ts';
import { isInAlarm, type MetricValues, valueAt } from './alarm-math.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const off = templateOf(withProvider);
const on = templateOf({ ...withProvider, probe: true });
const functionOf = (template: typeof on) => {
  const [found] = ofType(template, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('RejoinProbe'));
  return found ?? ['', { Type: '', Properties: {} }];
};
const [functionId, { Properties: probe }] = functionOf(on);
const alarm = (template: typeof on, name: string) => alarmsOf(template).find((each) => nameOf(each) === name);
const times = (many: number, one: MetricValues) => Array.from({ length: many }, () => one);

test('there is no probe unless the settings ask for it', () => {
  expect(ofType(off, 'AWS::Events::Rule')).toEqual([]);
  expect(ofType(off, 'AWS::Lambda::Function')).toHaveLength(6);
  expect(alarm(off, 'PublicAddressFailing')).toBeUndefined();
});

test('the probe is invoked once a minute, and not again when it failed', () => {
  const [[ruleId, { Properties: rule }] = ['', { Properties: {} }]] = ofType(on, 'AWS::Events::Rule');
  expect(rule).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  expect(rule.Targets.map(({ Arn }: { Arn: unknown }) => text(Arn))).toEqual([`\${${functionId}.Arn}`]);
  const permissions = ofType(on, 'AWS::Lambda::Permission')
    .map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => text(FunctionName).includes(functionId));
  expect(permissions).toEqual([
    expect.objectContaining({ Principal: 'events.amazonaws.com', Action: 'lambda:InvokeFunction' }),
  ]);
  expect(text(permissions[0].SourceArn)).toBe(`\${${ruleId}.Arn}`);
  const [[, { Properties: invocation }] = ['', { Properties: {} }]] = ofType(
    on,
    'AWS::Lambda::EventInvokeConfig',
  );
  expect(invocation).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
});

test('the probe says itself that no answer came: it lives longer than it waits, and its log expires as all logs do', () => {
  expect(probe.Timeout * 1000).toBeGreaterThan(PROBE_TIMEOUT_MS);
  // The next one begins after a minute.
  expect(probe.Timeout).toBeLessThan(60);
  const kept = templateOf({ ...withProvider, probe: true, logs: { retentionDays: 90 } });
  const groups = ofType(kept, 'AWS::Logs::LogGroup');
  expect(groups).toHaveLength(8);
  for (const [id, { Properties }] of groups) expect([id, Properties.RetentionInDays]).toEqual([id, 90]);
});

test('the probe may write its own log, and nothing else', () => {
  const [[logs = ''] = []] = ofType(on, 'AWS::Logs::LogGroup').filter(([id]) => id.startsWith('RejoinProbe'));
  expect(allowed(policies(on).probe ?? [])).toEqual([
    `logs:CreateLogStream on \${${logs}.Arn}`,
    `logs:PutLogEvents on \${${logs}.Arn}`,
  ]);
  expect(text(probe.LoggingConfig.LogGroup)).toBe(`\${${logs}}`);
  expect(JSON.stringify(probe.Environment)).not.toMatch(/SETTINGS|TABLE/);
});

test('the probe asks the address that players use: the domain, or else that of API Gateway', () => {
  expect(text(probe.Environment.Variables.API_URL)).toBe(text(on.Outputs.ApiUrl?.Value));
  const domain = {
    name: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/1234',
  };
  const [, { Properties }] = functionOf(templateOf({ ...withProvider, domain, probe: true }));
  expect(Properties.Environment.Variables.API_URL).toBe('https://api.example.com');
});

describe('PublicAddressFailing', () => {
  const failing = alarm(on, 'PublicAddressFailing');
  const well = { probeAsked: 1 };
  const failed = { probeAsked: 1, probeFailed: 1 };

  test('is not raised while each question is refused', () => {
    expect(isInAlarm(failing, times(5, well))).toBe(false);
    expect(isInAlarm(failing, times(5, { probeAsked: 1, probeFailed: 0 }))).toBe(false);
  });

  test('is raised after three minutes without a 401, and not after two', () => {
    expect(isInAlarm(failing, [...times(2, well), ...times(3, failed)])).toBe(true);
    expect(isInAlarm(failing, [...times(3, well), ...times(2, failed)])).toBe(false);
  });

  test('is raised too when nobody asks any more', () => {
    expect(valueAt(failing, {})).toBe(1);
    expect(failing.TreatMissingData).toBe('breaching');
  });
});

describe("RequestsTurnedAway does not count the probe's own requests", () => {
  const rejected = alarm(on, 'RequestsTurnedAway');
  const quarter = { probeAsked: 15 };

  test('in a night when nobody else asks', () => {
    expect(isInAlarm(rejected, [{ ...quarter, away: 15, asked: 15 }])).toBe(false);
  });

  test('and still sees players who are turned away', () => {
    expect(isInAlarm(rejected, [{ ...quarter, away: 25, asked: 35 }])).toBe(true);
    expect(valueAt(rejected, { ...quarter, away: 25, asked: 55 })).toBe(0.25);
    expect(isInAlarm(rejected, [{ ...quarter, away: 24, asked: 35 }])).toBe(false);
  });

  test('and counts a question that was turned away for another reason than its token', () => {
    expect(isInAlarm(rejected, [{ probeAsked: 15, probeFailed: 15, away: 15, asked: 15 }])).toBe(true);
  });

  test('without a probe all requests count, as before', () => {
    expect(isInAlarm(alarm(off, 'RequestsTurnedAway'), [{ away: 15, asked: 15 }])).toBe(true);
  });
});

test('the dashboard shows the probe, and the saved queries read its log', () => {
  const [[, { Properties: dashboard }] = ['', { Properties: {} }]] = ofType(on, 'AWS::CloudWatch::Dashboard');
  expect(JSON.stringify(dashboard)).toContain('Probe of the public address');
  const errors = ofType(on, 'AWS::Logs::QueryDefinition')
    .map(([, { Properties }]) => Properties)
    .find(({ Name }) => Name.endsWith('What the functions call an error'));
  expect(errors?.LogGroupNames.map(text)).toContain(text(probe.LoggingConfig.LogGroup));
});
