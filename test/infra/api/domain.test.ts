import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import { newApp, ofType, templateOf, text, withProvider } from '../synth.ts';

const domain = {
  name: 'api.example.com',
  certificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234',
};
const hostedZone = { id: 'Z0123456789', name: 'example.com' };

describe('an API with a custom domain', () => {
  const template = templateOf({ ...withProvider, domain: { ...domain, hostedZone } });
  const [[domainId = '', name] = []] = ofType(template, 'AWS::ApiGatewayV2::DomainName');

  test('answers there over TLS 1.2 with the given certificate, and an output names it', () => {
    expect(name?.Properties).toMatchObject({
      DomainName: 'api.example.com',
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    const [[apiId] = ['']] = ofType(template, 'AWS::ApiGatewayV2::Api');
    expect(ofType(template, 'AWS::ApiGatewayV2::ApiMapping').map(([, { Properties }]) => Properties)).toEqual(
      [{ ApiId: { Ref: apiId }, DomainName: { Ref: domainId }, Stage: '$default' }],
    );
    expect(template.Outputs.ApiUrl?.Value).toBe('https://api.example.com');
  });

  test('has a DNS record in the given zone that points to API Gateway', () => {
    const [record] = ofType(template, 'AWS::Route53::RecordSet');
    expect(record?.[1].Properties).toMatchObject({
      Name: 'api.example.com.',
      Type: 'A',
      HostedZoneId: 'Z0123456789',
      AliasTarget: { DNSName: { 'Fn::GetAtt': [domainId, 'RegionalDomainName'] } },
    });
  });

  test("has no DNS record without a zone, and an output names the target for the deployer's own record", () => {
    const elsewhere = templateOf({ ...withProvider, domain });
    expect(ofType(elsewhere, 'AWS::Route53::RecordSet')).toEqual([]);
    expect(text(elsewhere.Outputs.DomainTarget?.Value)).toMatch(/^\$\{\w+\.RegionalDomainName\}$/);
    expect(templateOf(withProvider).Outputs).not.toHaveProperty('DomainTarget');
  });

  test('is refused with a certificate of another Region, if the stack has a fixed Region', () => {
    const stack = (region: string) =>
      new Stack(newApp(), 'Theirs', {
        env: { account: '111122223333', region },
      });
    const line = expect.stringMatching(
      /^domain\.certificateArn is "arn:aws:acm:us-west-2:.+; write the ARN of a certificate in eu-west-1, where this stack is deployed$/,
    );
    expect(() => new Rejoin(stack('eu-west-1'), 'Rejoin', { ...withProvider, domain })).toThrow(
      expect.objectContaining({ name: 'SettingsError', lines: [line] }),
    );
    const same = stack('us-west-2');
    expect(new Rejoin(same, 'Rejoin', { ...withProvider, domain }).apiUrl).toBe('https://api.example.com');
    expect(ofType(Template.fromStack(same).toJSON() as never, 'AWS::ApiGatewayV2::ApiMapping')).toHaveLength(
      1,
    );
  });
});
