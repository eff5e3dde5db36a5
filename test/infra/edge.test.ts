import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, test } from 'vitest';
import { app, Edge, edge } from '../../infra/examples/edge.ts';
import { linesOf } from './setting-lines.ts';
import { minimal, newApp, ofType, type SynthesizedTemplate, templateOf, withProvider } from './synth.ts';

const secretSha256 = [createHash('sha256').update('a secret of the tests').digest('hex')];
const domain = {
  name: 'origin-7f3a9c.arcade.example',
  certificateArn: 'arn:aws:acm:us-west-2:111122223333:certificate/1234',
};
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'edge.md'), 'utf8');

describe('the recipe of docs/edge.md', () => {
  afterAll(() => rmSync(app.synth().directory, { recursive: true }));
  const template = Template.fromStack(edge).toJSON() as SynthesizedTemplate;
  const [acl] = ofType(template, 'AWS::WAFv2::WebACL').map(([, { Properties }]) => Properties);
  const [distribution] = ofType(template, 'AWS::CloudFront::Distribution').map(
    ([, { Properties }]) => Properties.DistributionConfig,
  );

  test('lies in us-east-1, where CloudFront takes web ACLs and certificates from', () => {
    expect(edge.region).toBe('us-east-1');
    expect(acl.Scope).toBe('CLOUDFRONT');
    expect(distribution.ViewerCertificate.AcmCertificateArn).toContain(':us-east-1:');
    expect(page).toContain('us-east-1');
  });

  test('limits each address, and tells the page to wait in words that a browser lets it read', () => {
    const [rule] = acl.Rules;
    expect(rule.Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 60,
      Limit: 2000,
    });
    const { ResponseCode, ResponseHeaders } = rule.Action.Block.CustomResponse;
    expect(ResponseCode).toBe(429);
    expect(ResponseHeaders.map(({ Name }: { Name: string }) => Name)).toEqual([
      'retry-after',
      'access-control-allow-origin',
      'access-control-expose-headers',
    ]);
    expect(distribution.WebACLId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Rate/), 'Arn'] });
  });

  test('has the secret in no template: CloudFormation puts it in', () => {
    const [{ OriginCustomHeaders }] = distribution.Origins;
    expect(OriginCustomHeaders).toEqual([
      {
        HeaderName: 'x-rejoin-edge',
        HeaderValue: '{{resolve:secretsmanager:rejoin/edge/1:SecretString:::}}',
      },
    ]);
  });

  test('takes another secret by another name, so that CloudFormation looks it up anew', () => {
    const next = new Edge(newApp(), 'Next', {
      name: 'play-api.arcade.example',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1234',
      origin: domain.name,
      secretName: 'rejoin/edge/2',
      webOrigin: 'https://play.arcade.example',
      requestsPerMinute: 100,
    });
    const [other] = ofType(
      Template.fromStack(next).toJSON() as SynthesizedTemplate,
      'AWS::CloudFront::Distribution',
    ).map(([, { Properties }]) => Properties.DistributionConfig);
    expect(other.Origins[0].OriginCustomHeaders[0].HeaderValue).toContain('rejoin/edge/2');
  });

  test('keeps no answer and passes every method and header on, the token too', () => {
    const { AllowedMethods, CachePolicyId, OriginRequestPolicyId, ViewerProtocolPolicy } =
      distribution.DefaultCacheBehavior;
    expect(AllowedMethods).toEqual(expect.arrayContaining(['GET', 'POST', 'DELETE', 'OPTIONS']));
    // AWS's own policies: CachingDisabled, and AllViewerExceptHostHeader.
    expect(CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
    expect(OriginRequestPolicyId).toBe('b689b0a8-53d0-40ab-baf2-68738e2966ac');
    expect(ViewerProtocolPolicy).toBe('https-only');
  });
});

describe('the setting edge', () => {
  const edgeOf = (more: object = {}) => ({ secretSha256, ...more });

  test('gives the functions the digest of the secret, and nothing else of it', () => {
    const template = templateOf({ ...withProvider, edge: edgeOf() });
    for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
      const settings = JSON.parse(Properties.Environment.Variables.SETTINGS);
      expect(settings.edgeSecretSha256).toEqual(secretSha256);
    }
  });

  test('switches the default address off where the deployer says so, and only then', () => {
    const of = (more: object) =>
      ofType(templateOf({ ...withProvider, domain, edge: edgeOf(more) }), 'AWS::ApiGatewayV2::Api')[0]?.[1]
        .Properties;
    expect(of({ defaultAddress: false }).DisableExecuteApiEndpoint).toBe(true);
    expect(of({})).not.toHaveProperty('DisableExecuteApiEndpoint');
  });

  test('makes the address of the proxy the one that is told to players, and that the probe asks', () => {
    const url = 'https://play-api.arcade.example';
    const template = templateOf({ ...withProvider, domain, edge: edgeOf({ url }), probe: true });
    expect(template.Outputs.ApiUrl?.Value).toBe(url);
    expect(JSON.stringify(template)).toContain(`"API_URL":"${url}"`);
  });

  test.each([
    [{ defaultAddress: false }, /^edge\.defaultAddress is false; write true, or "domain" beside it/],
    [
      { secretSha256: [createHash('sha256').digest('hex')] },
      /^edge\.secretSha256\[0\] is .*; write the digest of a secret/,
    ],
    [
      { secretSha256: ['A'.repeat(64)] },
      /^edge\.secretSha256\[0\] is .*; write a SHA-256 digest in hexadecimal/,
    ],
    [{ secretSha256: [] }, /^edge\.secretSha256 is \[\]; write a list of 1 to 2 SHA-256 digests/],
    [
      { url: 'https://play-api.arcade.example/v1' },
      /^edge\.url is .*; write the https address that players use/,
    ],
  ])('is refused with a sentence that says what to write: %j', (more, line) => {
    expect(linesOf({ ...minimal, edge: edgeOf(more) })).toEqual([expect.stringMatching(line)]);
  });
});
