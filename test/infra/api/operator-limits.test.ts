import { expect, it } from 'vitest';
import { ofType, operatorTemplateOf, withProvider } from '../synth.ts';

const template = operatorTemplateOf({
  ...withProvider,
  operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'],
});

it('one operator cannot end every session: ending sessions has a rate limit too', () => {
  const [, role] = ofType(template, 'AWS::IAM::Role').find(([id]) => id.includes('operatorterminate')) ?? [];
  expect(JSON.stringify(role?.Properties.Policies)).toMatch(
    /dynamodb:UpdateItem","Effect":"Allow","Resource":\{"Fn::GetAtt":\["OperatorTablesRates/,
  );
});

it('strangers without credentials cannot lock operators out with a few requests: API Gateway counts requests before it checks signatures', () => {
  const [, stage] = ofType(template, 'AWS::ApiGatewayV2::Stage')[0] ?? [];
  expect(stage?.Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThanOrEqual(500);
});
