import { describe, expect, test } from 'vitest';
import { actionFacts } from '../../../local/iam/facts.ts';

const types = async (action: string) =>
  (await actionFacts(action))?.resourceTypes.map(({ name, required }) => (required ? `${name}!` : name));

describe('AWS’s facts about the actions of this project', () => {
  test.each([
    ['gameliftstreams:CreateStreamSessionAdminShell', ['stream group!']],
    ['gameliftstreams:CreateStreamSessionConnection', ['stream group!']],
    ['gameliftstreams:ExportStreamSessionFiles', ['stream group!']],
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
    ['s3:PutObject', ['accesspointobject', 'object']],
    ['xray:PutTelemetryRecords', []],
    ['xray:PutTraceSegments', []],
  ])('%s is allowed on %j and on nothing else', async (action, expected) => {
    expect((await types(action))?.sort()).toEqual(expected);
  });

  test('allow StartStreamSession on an application as well, as in the developer guide’s example', async () => {
    expect(await types('gameliftstreams:StartStreamSession')).toEqual(['stream group!', 'application']);
  });

  test('have AWS’s spelling of an action, in whatever case a policy writes it', async () => {
    expect((await actionFacts('DynamoDB:GETITEM'))?.name).toBe('dynamodb:GetItem');
  });

  test.each(['dynamodb:GetItems', 'dynamo:GetItem', 'dynamodb', 'dynamodb:constructor', '../package:json'])(
    'do not have %s, so a policy that names it is refused',
    async (action) => {
      expect(await actionFacts(action)).toBeUndefined();
    },
  );
});
