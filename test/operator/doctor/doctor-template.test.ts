import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorSettings, playerSettings } from '../../../infra/settings/deployed.ts';
import { parseSettings, type SettingsInput } from '../../../infra/settings/settings.ts';
import { settingsIn } from '../../../operator/aws/template.ts';
import { accessLogGroupId } from '../../../operator/doctor/access-log.ts';
import { readDescription } from '../../../operator/doctor/alarms.ts';
import { ofType, operatorTemplateOf, templateOf, withProvider } from '../../infra/synth.ts';

const written = {
  ...withProvider,
  operators: ['arn:aws:iam::123456789012:user/alice'],
  alarmTopic: 'arn:aws:sns:us-west-2:123456789012:on-call',
  quotas: { GetStreamSession: 33 },
  adminShell: { perMinute: 7 },
  throttling: { ratePerSecond: 123, burst: 456 },
  logs: { retentionDays: 90, level: 'WARN' },
  memoryMb: 777,
} satisfies SettingsInput;
const settings = parseSettings(written);
const { alarmTopic, throttling, logs, memoryMb } = settings;
const both = { alarmTopic, throttling, logs, memoryMb };

describe('the settings that the doctor reads from a deployed template', () => {
  test('are those that the player stack was synthesized with', () => {
    expect(settingsIn(JSON.stringify(templateOf(written)))).toEqual({ ...playerSettings(settings), ...both });
  });

  test('are those that the operator stack was synthesized with', () => {
    const template = operatorTemplateOf(written);
    expect(settingsIn(JSON.stringify(template))).toEqual({ ...operatorSettings(settings), ...both });
  });

  test('have no alarm topic if none was synthesized', () => {
    const { alarmTopic: _, ...others } = written;
    expect(settingsIn(JSON.stringify(templateOf(others)))?.alarmTopic).toBeUndefined();
  });

  test.each(['', 'Resources:\n  A: 1', '{}', '{"Resources":{"A":{"Type":"AWS::SNS::Topic"}}}'])(
    "are undefined for a template that is not Rejoin's: %s",
    (template) => {
      expect(settingsIn(template)).toBeUndefined();
    },
  );
});

test('the doctor finds the log group of the access log in the deployed template, and none in another', () => {
  const template = templateOf(written);
  const id = accessLogGroupId(JSON.stringify(template)) ?? '';
  expect(template.Resources[id]?.Type).toBe('AWS::Logs::LogGroup');
  for (const other of ['', '{}', '{"Resources":{"A":{"Type":"AWS::SNS::Topic"}}}']) {
    expect(accessLogGroupId(other)).toBeUndefined();
  }
});

test('the doctor finds the chapter of the docs for every deployed alarm, unless it is a part of a composite alarm', () => {
  const templates = [templateOf(written), operatorTemplateOf(written)];
  const alarms = templates.flatMap((template) => [
    ...ofType(template, 'AWS::CloudWatch::Alarm'),
    ...ofType(template, 'AWS::CloudWatch::CompositeAlarm'),
  ]);
  expect(alarms.length).toBeGreaterThan(10);
  for (const [id, { Properties }] of alarms) {
    const read = readDescription(Properties.AlarmDescription);
    if (read === 'part') continue;
    const page = readFileSync(join(import.meta.dirname, '..', '..', '..', read?.page ?? id), 'utf8');
    expect(page).toMatch(new RegExp(`^#+ .*\\b${read?.chapter}\\b`, 'm'));
  }
});
