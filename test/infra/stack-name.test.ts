import { Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../infra/rejoin.ts';
import { linesOf } from './setting-lines.ts';
import {
  minimal,
  newApp,
  operatorTemplateOf,
  type SynthesizedTemplate,
  templateOf,
  text,
  withProvider,
} from './synth.ts';

/** The longest names that AWS takes, in characters (the Create operations of each API; CloudFormation quotas for exports). */
const longest: Record<string, number> = {
  'AWS::ApiGatewayV2::Api Name': 128,
  'AWS::CloudWatch::Dashboard DashboardName': 255,
  'AWS::Logs::LogGroup LogGroupName': 512,
  'AWS::Logs::QueryDefinition Name': 255,
  'AWS::CloudWatch::Alarm AlarmName': 255,
  'AWS::CloudWatch::CompositeAlarm AlarmName': 255,
  'export name': 255,
};

/** Long values for what a template leaves open, so that no name is longer in AWS. */
const openValues: Record<string, string> = {
  Region: 'ap-southeast-12',
  AccountId: '123456789012',
  StackId: 'x'.repeat(36),
};
const filledIn = (name: string) =>
  name.replaceAll(/\$\{AWS::(\w+)\}/g, (_, value: string) => openValues[value] ?? value);

interface Name {
  readonly of: string;
  readonly name: string;
}

/** Names in a template that the stack's name is part of. A property that is a long text, such as a description, is no name. */
function namesWith(stackName: string, template: SynthesizedTemplate): Name[] {
  const names = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Object.entries(Properties ?? {})
      .filter(([property, value]) => /Name$/.test(property) && JSON.stringify(value).includes(stackName))
      .map(([property, value]) => ({ of: `${Type} ${property}`, name: filledIn(text(value)) })),
  );
  const exported = Object.values(template.Outputs).flatMap(
    (output) => (output as { Export?: { Name: unknown } }).Export?.Name ?? [],
  );
  return [...names, ...exported.map((name) => ({ of: 'export name', name: filledIn(text(name)) }))];
}

describe('the longest stack name that the settings take', () => {
  const stackName = `A${'b'.repeat(109)}`;
  const settings = { ...withProvider, stackName, operators: [] };
  const names = [
    ...namesWith(stackName, templateOf(settings)),
    ...namesWith(stackName, operatorTemplateOf(settings)),
  ];

  test('leaves room for every name that is derived from it', () => {
    expect(names.length).toBeGreaterThan(5);
    for (const { of, name } of names) {
      expect(longest, 'a name without a known limit').toHaveProperty([of]);
      expect(name.length, `${of}: ${name}`).toBeLessThanOrEqual(longest[of] ?? 0);
    }
  });

  test('could not be longer: the name of the API is then as long as API Gateway allows', () => {
    expect(Math.max(...names.filter(({ of }) => of.includes('Api')).map(({ name }) => name.length))).toBe(
      128,
    );
    expect(linesOf({ ...minimal, stackName })).toEqual([]);
    expect(linesOf({ ...minimal, stackName: `${stackName}c` })).toHaveLength(1);
  });
});

test('in an app of your own, a stack and a construct whose names are too long together are refused with both', () => {
  const stack = new Stack(newApp(), `Arcade${'x'.repeat(100)}`);
  expect(() => new Rejoin(stack, 'ReconnectForEverybody', minimal)).toThrow(
    /^the API's name would be "Arcade.+ player API", 139 characters, and API Gateway allows 128: give the stack or the construct "ReconnectForEverybody" a shorter name$/,
  );
});
