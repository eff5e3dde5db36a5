import { Aws, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import { ofType, text } from '../synth.ts';
import { bothIn, ownStack, refusalOf, streamGroups, templateIn } from './own-stack.ts';

describe('a value that only the deployment knows', () => {
  test('is taken for a stream group and its application, in the functions and in what their roles allow', () => {
    const stack = ownStack();
    const group = new CfnParameter(stack, 'Group').valueAsString;
    const application = new CfnParameter(stack, 'Application').valueAsString;
    new Rejoin(stack, 'Rejoin', {
      streamGroups: [{ id: group, region: Aws.REGION, applications: [application] }],
    });
    const template = templateIn(stack);
    const [[, fn] = []] = ofType(template, 'AWS::Lambda::Function').filter(([id]) =>
      id.startsWith('Rejoinstart'),
    );
    const settings = JSON.parse(text(fn?.Properties.Environment.Variables.SETTINGS));
    expect(settings.streamGroups).toMatchObject([
      {
        id: `\${Group}`,
        region: `\${AWS::Region}`,
        applications: [`\${Application}`],
        locations: [`\${AWS::Region}`],
      },
    ]);
    expect(JSON.stringify(ofType(template, 'AWS::IAM::Role'))).toContain('":streamgroup/",{"Ref":"Group"}');
  });

  test('is taken for the account of an operator', () => {
    const stack = ownStack();
    const operators = [`arn:aws:sts::${Aws.ACCOUNT_ID}:assumed-role/Support/*`];
    bothIn(stack, { operators });
    const [[, fn] = []] = ofType(templateIn(stack), 'AWS::Lambda::Function').filter(([id]) =>
      id.startsWith('Operatorsoperatorshell'),
    );
    expect(JSON.parse(text(fn?.Properties.Environment.Variables.SETTINGS)).operators).toEqual([
      `arn:aws:sts::\${AWS::AccountId}:assumed-role/Support/*`,
    ]);
  });

  test('is taken for the ARN of a certificate, an issuer and the origin of a page', () => {
    const stack = ownStack();
    const page = Fn.importValue('PageDomain');
    const { certificateArn } = new Certificate(stack, 'Certificate', { domainName: 'api.arcade.example' });
    new Rejoin(stack, 'Rejoin', {
      streamGroups,
      webOrigins: [`https://${page}`],
      identity: { issuer: Fn.importValue('Issuer'), audience: [Fn.importValue('ClientId')] },
      domain: { name: 'api.arcade.example', certificateArn },
    });
    const [[, api] = []] = ofType(templateIn(stack), 'AWS::ApiGatewayV2::Api');
    expect(api?.Properties.CorsConfiguration.AllowOrigins.map(text)).toEqual([
      `https://\${import PageDomain}`,
    ]);
  });

  test('counts in the environment of a function as much as it may take there', () => {
    const stack = new Stack();
    const many = Array.from({ length: 30 }, (_, at) => new CfnParameter(stack, `Group${at}`).valueAsString);
    const groups = many.map((id) => ({ id, region: 'us-west-2', applications: ['a-1'] }));
    expect(refusalOf({ streamGroups: groups })[0]).toMatch(
      /^streamGroups has 30 entries, which take \d+ bytes/,
    );
  });

  test('does not excuse the Region of an ARN whose account is unknown', () => {
    const stack = ownStack({ region: 'eu-west-1', account: '111122223333' });
    const alarmTopic = `arn:aws:sns:us-east-1:${Aws.ACCOUNT_ID}:on-call`;
    expect(() => new Rejoin(stack, 'Rejoin', { streamGroups, alarmTopic })).toThrow(/in eu-west-1/);
  });
});
