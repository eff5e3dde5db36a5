import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import type { SettingsInput } from '../../../infra/settings/settings.ts';
import { linesOf } from '../setting-lines.ts';
import { newApp, operatorTemplateOf, type SynthesizedTemplate, templateOf, withProvider } from '../synth.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const complete = { ...withProvider, probe: true, operators };
const alarmsWith = (change: Partial<SettingsInput>) => [
  ...alarmsOf(templateOf({ ...complete, ...change })),
  ...alarmsOf(operatorTemplateOf({ ...complete, ...change })),
];
const isHalf = ({ AlarmName }: { AlarmName: string }) => /\/half-\d+-minutes$/.test(AlarmName);
const notifying = (alarms: ReturnType<typeof alarmsWith>) => alarms.filter((alarm) => !isHalf(alarm));

describe("an alarm's name", () => {
  test('is the deployment and the chapter of the runbook, so that a person on call knows both from the message', () => {
    for (const [stackName, prefixes] of [
      ['Rejoin', ['Rejoin', 'RejoinOperator']],
      ['Arcade', ['Arcade/Rejoin', 'ArcadeOperator']],
    ] as const) {
      const named = notifying(alarmsWith({ stackName }));
      expect(named.length).toBeGreaterThan(20);
      for (const alarm of named) {
        expect(prefixes.map((prefix) => `${prefix}/${nameOf(alarm)}`)).toContain(alarm.AlarmName);
      }
    }
  });

  test('says of half an alarm that it is one, and of which: nobody takes it for an alarm that notifies', () => {
    const alarms = alarmsWith({ alarmTopic: 'arn:aws:sns:us-west-2:123456789012:on-call' });
    const composite = alarms.filter(({ AlarmRule }) => AlarmRule !== undefined);
    expect(composite).toHaveLength(4);
    for (const { AlarmName, AlarmRule } of composite) {
      const halves = alarms.filter(({ id }) => JSON.stringify(AlarmRule).includes(`"${id}"`));
      expect(halves).toHaveLength(2);
      for (const half of halves) {
        expect(isHalf(half)).toBe(true);
        expect(half.AlarmName.split('/half-')[0]).toBe(AlarmName);
        expect(half.AlarmDescription).toMatch(/^Half of \w+, for .+ This alarm sends no notification\. /);
      }
    }
    // Whatever notifies nobody, although there is a topic, is called a half.
    const silent = alarms.filter(({ AlarmActions }) => AlarmActions === undefined);
    expect(silent.map(({ AlarmName }) => AlarmName)).toEqual(
      alarms.filter(isHalf).map(({ AlarmName }) => AlarmName),
    );
    expect(silent).toHaveLength(8);
  });

  test('is unique in an account, also with deployments of one id in a stack: CloudFormation would refuse a second one', () => {
    const app = newApp();
    const stacks = ['Arcade', 'Arcade-Trial'].map((name) => {
      const stack = new Stack(app, name);
      for (const id of ['Europe', 'Asia']) {
        const scope = new Construct(stack, id);
        new RejoinOperator(scope, 'Operator', new Rejoin(scope, 'Rejoin', complete));
      }
      new Rejoin(stack, 'Trial', complete);
      return stack;
    });
    const names = stacks.flatMap((stack) =>
      alarmsOf(Template.fromStack(stack).toJSON() as SynthesizedTemplate).map(({ AlarmName }) => AlarmName),
    );
    expect(names).toContain('Arcade/Europe/Rejoin/NobodyGetsBack');
    expect(names).toContain('Arcade-Trial/NobodyGetsBack');
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("an alarm's description", () => {
  test('ends with the address of its chapter, so that a click in the message opens it', () => {
    const runbookUrl = 'https://wiki.example.com/on-call/runbook.md?ref=main';
    for (const alarm of notifying(alarmsWith({ runbookUrl }))) {
      expect(alarm.AlarmDescription).toMatch(/\. See \S+$/);
      expect(alarm.AlarmDescription.split(' See ').at(-1)).toBe(
        `${runbookUrl}#${nameOf(alarm).toLowerCase()}`,
      );
    }
    for (const alarm of notifying(alarmsWith({}))) {
      expect(alarm.AlarmDescription.split(' See ').at(-1)).toBe(
        `docs/runbook.md#${nameOf(alarm).toLowerCase()}`,
      );
    }
  });

  test('is no longer than CloudWatch takes, with the longest address and figures that the settings allow', () => {
    const prefix = 'https://wiki.example.com/';
    const runbookUrl = `${prefix}${'a'.repeat(500 - prefix.length)}`;
    expect(linesOf({ ...complete, runbookUrl })).toEqual([]);
    expect(linesOf({ ...complete, runbookUrl: `${runbookUrl}a` })).toHaveLength(1);
    const alarms = { reconnectObjective: 0.9543219, slowAnswerSeconds: 1.23456789 };
    // CloudWatch API reference, PutMetricAlarm and PutCompositeAlarm: the description of the former is the shorter one.
    for (const { AlarmDescription } of alarmsWith({ runbookUrl, alarms })) {
      expect(AlarmDescription.length, AlarmDescription).toBeLessThanOrEqual(1024);
    }
  });

  test('writes percentages as percentages, and no sentence is long', () => {
    for (const { AlarmDescription } of alarmsWith({})) {
      expect(AlarmDescription).not.toMatch(/\bof 100\b|\btimes as often\b/);
      for (const sentence of AlarmDescription.split(/[.:] /)) {
        expect(sentence.split(' ').length, sentence).toBeLessThanOrEqual(30);
      }
    }
  });
});
