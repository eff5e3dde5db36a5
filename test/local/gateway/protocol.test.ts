import { expect, it } from 'vitest';
import { gatewayAnswers } from '../../../local/gateway/answers.ts';
import { protocolTable } from '../../protocol.ts';

it('docs/protocol.md lists exactly the responses that the gateway makes by itself', () => {
  const documented = protocolTable('gateway').map(([status, message]) => [Number(status), message]);
  expect(documented).toEqual(Object.values(gatewayAnswers).map(({ status, message }) => [status, message]));
});
