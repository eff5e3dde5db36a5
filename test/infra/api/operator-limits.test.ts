import { expect, it } from 'vitest';
import { ofType, operatorTemplateOf, withProvider } from '../synth.ts';

const template = operatorTemplateOf({
  ...withProvider,
  operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'],
});

it('one operator gone wild cannot end every session there is: ending has a rate too', () => {
  const [, role] = ofType(template, 'AWS::IAM::Role').find(([id]) => id.includes('operatorterminate')) ?? [];
  expect(JSON.stringify(role?.Properties.Policies)).toMatch(
    /dynamodb:UpdateItem","Effect":"Allow","Resource":\{"Fn::GetAtt":\["OperatorTablesRates/,
  );
});

it('strangers without a key cannot close the door with twenty requests: API Gateway counts them before it looks at signatures', () => {
  const [, stage] = ofType(template, 'AWS::ApiGatewayV2::Stage')[0] ?? [];
  expect(stage?.Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThanOrEqual(500);
});
