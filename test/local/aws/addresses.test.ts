import { expect, test } from 'vitest';
import { withAddresses } from '../../../local/aws/addresses.ts';
import type { HttpApiModel, StackModel } from '../../../local/template/model.ts';

const stack = (outputs: Record<string, string>) => ({ name: 'Rejoin', outputs }) as unknown as StackModel;
const api = (apiId: string) => ({ apiId }) as HttpApiModel;

test('an output that is an API’s address leads to where it answers here, so that commands for a deployed stack reach it', () => {
  const player = stack({
    ApiUrl: 'https://abc1234567.execute-api.us-west-2.amazonaws.com',
    OperatorApiArn: 'arn:aws:execute-api:us-west-2:123456789012:abc1234567/*',
    Issuer: 'http://127.0.0.1:4602',
  });
  const operators = stack({ OperatorApiUrl: 'https://def1234567.execute-api.us-west-2.amazonaws.com' });
  const addresses = [
    [api('abc1234567'), 'http://127.0.0.1:4601'],
    [api('def1234567'), 'http://127.0.0.1:4605'],
  ] as const;
  const reachable = withAddresses([player, operators], 'us-west-2', addresses);
  expect(reachable.map(({ outputs }) => outputs)).toEqual([
    { ...player.outputs, ApiUrl: 'http://127.0.0.1:4601' },
    { OperatorApiUrl: 'http://127.0.0.1:4605' },
  ]);
  expect(player.outputs.ApiUrl).toContain('amazonaws');
});
