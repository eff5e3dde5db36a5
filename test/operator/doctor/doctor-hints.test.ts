import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Arguments } from '../../../operator/doctor/arguments.ts';
import { createHints, shellWord } from '../../../operator/doctor/hints.ts';
import type { World } from '../stand-in-answers.ts';
import { type standInAws as StandIn, standInAws } from './stand-in-aws.ts';

let aws: Awaited<ReturnType<typeof StandIn>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

const hints = (given: Partial<Arguments> = {}) => createHints({ local: false, ...given });
const prod = { settings: 'prod.json', profile: 'prod', region: 'eu-west-1' };

describe('a command that the doctor proposes', () => {
  it('has the settings file, profile and Region of the doctor itself', () => {
    expect(hints().deploy).toBe('npx cdk deploy --all');
    expect(hints(prod).deploy).toBe(
      'AWS_REGION=eu-west-1 npx cdk deploy --all -c settings=prod.json --profile prod',
    );
    expect(hints(prod).bootstrap).toBe(
      'AWS_REGION=eu-west-1 npx cdk bootstrap -c settings=prod.json --profile prod && AWS_REGION=eu-west-1 npx cdk deploy --all -c settings=prod.json --profile prod',
    );
    expect(hints(prod).aws('sns list-topics', 'us-west-2')).toBe(
      'aws sns list-topics --region us-west-2 --profile prod',
    );
  });

  it('is npm start for the local deployment, and no AWS command', () => {
    expect(hints({ local: true }).deploy).toBe('end npm start, and begin it again');
  });

  it.each(['our settings.json', "it's.json", '$(touch x).json', 'a;b', '*', ''])(
    'is quoted so that a shell reads the file name unchanged: %j',
    (name) => {
      expect(execFileSync('sh', ['-c', `printf %s ${shellWord(name)}`], { encoding: 'utf8' })).toBe(name);
    },
  );

  const CASES: [string, (world: World) => void, RegExp][] = [
    [
      'before the first deployment in an account',
      (world) => {
        world.stacks = {};
      },
      /^npx cdk bootstrap -c settings=\S+settings\.json && npx cdk deploy --all -c settings=\S+settings\.json$/,
    ],
    [
      'if other settings are deployed',
      (world) => {
        world.resources.Rejoin = { functions: [], alarms: [], deployedWith: { memoryMb: 1024 } };
      },
      /^npx cdk deploy --all -c settings=\S+settings\.json$/,
    ],
    [
      'if a web origin is not deployed',
      (world) => {
        world.allowedOrigin = () => undefined;
      },
      /^deploy again: npx cdk deploy --all -c settings=\S+settings\.json$/,
    ],
    [
      'if the operator stack is missing',
      (world) => {
        delete world.stacks.RejoinOperator;
      },
      /^npx cdk deploy --all -c settings=\S+settings\.json$/,
    ],
    [
      'if a rollback failed',
      (world) => {
        world.stacks.Rejoin = { status: 'UPDATE_ROLLBACK_FAILED', outputs: {} };
      },
      /^repair what its events name, then aws cloudformation continue-update-rollback --stack-name Rejoin --region us-west-2$/,
    ],
    [
      'if an application is not linked',
      (world) => {
        world.streamGroup.AssociatedApplications = [];
      },
      /^aws gameliftstreams associate-applications --identifier sg-1AB2C3 --application-identifiers a-2 --region us-west-2$/,
    ],
    [
      'if the alarm topic has no subscription',
      (world) => {
        world.topic = {};
      },
      /^confirm by the link in the mail after: aws sns subscribe --topic-arn arn:aws:sns:us-west-2:123456789012:on-call --protocol email --notification-endpoint you@example\.com --region us-west-2$/,
    ],
  ];
  it.each(CASES)('repairs the problem %s', async (_what, change, todo) => {
    const found = (await aws.findings(change)).filter(({ level }) => level !== 'ok');
    expect(found).toEqual([expect.objectContaining({ todo: expect.stringMatching(todo) })]);
  });
});
