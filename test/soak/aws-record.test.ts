import { beforeEach, describe, expect, test } from 'vitest';
import { type AwsCall, createAwsRecord } from './aws-record.ts';
import { createViolations, type Violations } from './violations.ts';

const connect = (clientToken: string, { session = 's1', offer = 'offer A' } = {}): AwsCall => ({
  operation: 'CreateStreamSessionConnection',
  clientToken,
  session,
  offer,
});
const start = (clientToken: string): AwsCall => ({
  operation: 'StartStreamSession',
  clientToken,
  userId: 'player',
  offer: 'offer A',
});
const recorded = (clientToken: string, status = 200) => ({
  operation: 'CreateStreamSessionConnection',
  clientToken,
  status,
});

let violations: Violations;
let aws: ReturnType<typeof createAwsRecord>;
beforeEach(() => {
  violations = createViolations();
  aws = createAwsRecord(violations);
});
const doubles = () => violations.all()['double connection']?.times ?? 0;

describe('what AWS accepted', () => {
  test('is one connection, however often the same client token gets the same answer', () => {
    for (let times = 0; times < 3; times++) {
      aws.sent(connect('token'));
      aws.answered(connect('token'), 'answer');
    }
    expect(doubles()).toBe(0);
    expect(aws.accepted()).toBe(1);
  });

  test('is a double connection if two client tokens of one offer are accepted', () => {
    aws.answered(connect('token 1'), 'answer 1');
    aws.answered(connect('token 2'), 'answer 2');
    expect(doubles()).toBe(1);
  });

  test('is a double connection if one client token gets two answers, since AWS had forgotten it', () => {
    aws.answered(connect('token'), 'answer 1');
    aws.answered(connect('token'), 'answer 2');
    expect(doubles()).toBe(1);
  });

  test('is a double connection also if AWS lost the first answer, so that nobody saw it', () => {
    aws.sent(connect('token 1'));
    aws.sent(connect('token 2'));
    aws.answered(connect('token 2'), 'answer 2');
    expect(doubles()).toBe(0);
    aws.recorded([recorded('token 1'), recorded('token 2')]);
    expect(doubles()).toBe(1);
    aws.recorded([recorded('token 1'), recorded('token 2')]);
    expect(doubles()).toBe(1);
  });

  test('is a double session if two client tokens of one start are accepted', () => {
    aws.answered(start('token 1'), 'arn 1');
    aws.answered(start('token 2'), 'arn 2');
    expect(violations.all()['double connection']?.examples).toEqual([
      'AWS made 2 sessions by one start for one offer',
    ]);
  });

  test('is no double connection if AWS refused one of two client tokens', () => {
    aws.sent(connect('token 1'));
    aws.answered(connect('token 2'), 'answer');
    aws.recorded([recorded('token 1', 429), recorded('token 2', 201)]);
    expect(doubles()).toBe(0);
  });

  test('is no double connection for another offer, or another session', () => {
    aws.answered(connect('token 1'), 'answer 1');
    aws.answered(connect('token 2', { offer: 'offer B' }), 'answer 2');
    aws.answered(connect('token 3', { session: 's2' }), 'answer 3');
    expect(doubles()).toBe(0);
  });
});

describe('how many connections a session has had by AWS’s own count', () => {
  test('may be the start’s and one for each accepted offer', () => {
    aws.answered(connect('token'), 'answer');
    aws.compare([{ id: 's1', connections: 2 }]);
    expect(doubles()).toBe(0);
  });

  test('is a double connection if there were more, whoever made them', () => {
    aws.answered(connect('token'), 'answer');
    aws.compare([{ id: 's1', connections: 3 }]);
    expect(doubles()).toBe(1);
  });
});
