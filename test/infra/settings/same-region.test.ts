import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import { regionOfDeployment, regionWarnings } from '../../../infra/settings/region-warnings.ts';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { newApp, operatorStackOf, stackOf, withProvider } from '../synth.ts';

const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
const domain = {
  name: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234',
};

interface Rule {
  readonly Assertions: readonly { Assert: { 'Fn::Equals': unknown[] }; AssertDescription: string }[];
}

/** The sentences with which CloudFormation refuses a deployment into a Region. */
function refusals(stack: Stack, region: string): string[] {
  const { Rules = {} } = Template.fromStack(stack).toJSON() as { Rules?: Record<string, Rule> };
  const { CheckBootstrapVersion: _, ...rules } = Rules;
  return Object.values(rules).flatMap(({ Assertions }) =>
    Assertions.flatMap(({ Assert, AssertDescription }) => {
      const [one, other] = Assert['Fn::Equals'].map((side) =>
        JSON.stringify(side) === '{"Ref":"AWS::Region"}' ? region : side,
      );
      return one === other ? [] : [AssertDescription];
    }),
  );
}

describe('where the Region is only known at the deployment, CloudFormation refuses before it creates anything', () => {
  test.each([
    ['the players’ stack', stackOf],
    ['the operators’ stack', operatorStackOf],
  ])('%s with an alarm topic of another Region', (_which, make) => {
    const stack = make({ ...withProvider, alarmTopic, operators: [] });
    expect(refusals(stack, 'us-west-2')).toEqual([]);
    expect(refusals(stack, 'eu-west-1')).toEqual([
      'The setting alarmTopic names a topic in us-west-2. Deploy there (AWS_REGION=us-west-2), or write the ARN of a topic in the Region of this stack.',
    ]);
  });

  test('a certificate of another Region', () => {
    const stack = stackOf({ ...withProvider, domain });
    expect(refusals(stack, 'eu-central-1')).toEqual([]);
    expect(refusals(stack, 'us-west-2')).toEqual([
      expect.stringMatching(
        /^The setting domain\.certificateArn names a certificate in eu-central-1\. Deploy there/,
      ),
    ]);
  });

  test('two deployments in one stack, each by its own topic', () => {
    const stack = new Stack(newApp(), 'Theirs');
    new Rejoin(stack, 'One', { ...withProvider, alarmTopic });
    new Rejoin(stack, 'Two', { ...withProvider, alarmTopic: alarmTopic.replace('us-west-2', 'eu-west-1') });
    expect(refusals(stack, 'us-west-2')).toHaveLength(1);
    expect(refusals(stack, 'eu-west-1')).toHaveLength(1);
  });
});

test('where the app has a fixed Region, an alarm topic of another one is refused at once, and the right one needs no rule', () => {
  const stack = new Stack(newApp(), 'Theirs', {
    env: { account: '123456789012', region: 'eu-west-1' },
  });
  expect(() => new Rejoin(stack, 'Wrong', { ...withProvider, alarmTopic })).toThrow(
    /^alarmTopic is "arn:aws:sns:us-west-2:.+"; write the ARN of a topic in eu-west-1, where this stack is deployed$/,
  );
  const right = new Stack(newApp(), 'Right', { env: { account: '123456789012', region: 'us-west-2' } });
  new Rejoin(right, 'Rejoin', { ...withProvider, alarmTopic });
  expect(refusals(right, 'eu-west-1')).toEqual([]);
});

describe('a synthesis that knows where the stack will be', () => {
  const settings = parseSettings({ ...withProvider, alarmTopic, domain });
  const warned = (environment: NodeJS.ProcessEnv) =>
    regionWarnings(settings, regionOfDeployment(environment)).map(({ message }) => message.split(' ')[0]);

  test('warns of each ARN of another Region', () => {
    expect(warned({ CDK_DEFAULT_REGION: 'us-west-2' })).toEqual(['domain.certificateArn']);
    expect(warned({ CDK_DEFAULT_REGION: 'eu-west-1' })).toEqual(['alarmTopic', 'domain.certificateArn']);
    expect(warned({ CDK_DEFAULT_REGION: 'us-east-1', AWS_REGION: 'us-east-1' })).toHaveLength(2);
  });

  test('is silent where the CDK only guesses the Region, as it does without any configuration', () => {
    expect(warned({ CDK_DEFAULT_REGION: 'us-east-1' })).toEqual([]);
    expect(warned({})).toEqual([]);
  });
});
