import { describe, expect, test } from 'vitest';
import { actionFacts } from '../../../local/iam/facts.ts';

const types = async (action: string) =>
  (await actionFacts(action))?.resourceTypes.map(({ name, required }) => (required ? `${name}!` : name));

describe('what AWS says about the actions this project uses', () => {
  test.each([
    ['gameliftstreams:CreateStreamSessionAdminShell', ['stream group!']],
    ['gameliftstreams:CreateStreamSessionConnection', ['stream group!']],
    ['gameliftstreams:GetStreamGroup', ['stream group!']],
    ['gameliftstreams:GetStreamSession', ['stream group!']],
    ['gameliftstreams:ListStreamSessions', ['stream group!']],
    ['gameliftstreams:ListStreamSessionsByAccount', []],
    ['gameliftstreams:TerminateStreamSession', ['stream group!']],
    ['dynamodb:DeleteItem', ['table!']],
    ['dynamodb:GetItem', ['table!']],
    ['dynamodb:PutItem', ['table!']],
    ['dynamodb:Query', ['index', 'table!']],
    ['dynamodb:UpdateItem', ['table!']],
    ['xray:PutTelemetryRecords', []],
    ['xray:PutTraceSegments', []],
  ])('%s is allowed on %j and on nothing else', async (action, expected) => {
    expect((await types(action))?.sort()).toEqual(expected);
  });

  test('starting a session may be granted on its application as well, as the developer guide’s example does', async () => {
    expect(await types('gameliftstreams:StartStreamSession')).toEqual(['stream group!', 'application']);
  });

  test('the spelling is AWS’s, whatever a policy writes', async () => {
    expect((await actionFacts('DynamoDB:GETITEM'))?.name).toBe('dynamodb:GetItem');
  });

  test.each(['dynamodb:GetItems', 'dynamo:GetItem', 'dynamodb', 'dynamodb:constructor', '../package:json'])(
    'a policy that names %s is caught: AWS has no such thing',
    async (action) => {
      expect(await actionFacts(action)).toBeUndefined();
    },
  );
});
