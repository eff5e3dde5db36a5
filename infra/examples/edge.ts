/**
 * CloudFront with AWS WAF in front of a Rejoin: see docs/edge.md. The stack must be in us-east-1, wherever the API is, because CloudFront
 * takes its web ACL, its certificate and its secret from there.
 */
import { App, Duration, SecretValue, Stack, type StackProps } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

export interface EdgeProps extends StackProps {
  /** The host name that players use, and its certificate in us-east-1. */
  readonly name: string;
  readonly certificateArn: string;
  /** The setting `domain.name` of the Rejoin. */
  readonly origin: string;
  /** The name of the secret in us-east-1. A new secret gets a new name, or CloudFormation would keep the old value. */
  readonly secretName: string;
  /** The page's origin, so that the page can read the refusal of the web ACL. */
  readonly webOrigin: string;
  /** The most requests from one IP address within a minute. Many players may share one address. */
  readonly requestsPerMinute: number;
}

export class Edge extends Stack {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id, props);
    const visible = (name: string) => ({
      sampledRequestsEnabled: true,
      cloudWatchMetricsEnabled: true,
      metricName: name,
    });
    const acl = new CfnWebACL(this, 'Rate', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('RejoinEdge'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: props.requestsPerMinute,
              evaluationWindowSec: 60,
            },
          },
          // A page that can read the refusal waits as long as it says. Without these headers it would see no answer at all.
          action: {
            block: {
              customResponse: {
                responseCode: 429,
                responseHeaders: [
                  { name: 'retry-after', value: '10' },
                  { name: 'access-control-allow-origin', value: props.webOrigin },
                  { name: 'access-control-expose-headers', value: 'retry-after' },
                ],
              },
            },
          },
          visibilityConfig: visible('RejoinEdgeRate'),
        },
      ],
    });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'In front of the Rejoin player API',
      domainNames: [props.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', props.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      webAclId: acl.attrArn,
      defaultBehavior: {
        origin: new HttpOrigin(props.origin, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          // As long as API Gateway waits for a function.
          readTimeout: Duration.seconds(30),
          // CloudFormation puts the value in when it deploys, so it is in no template.
          customHeaders: {
            'x-rejoin-edge': SecretValue.secretsManager(props.secretName).unsafeUnwrap(),
          },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        // Nothing is kept, and the token goes along. The Host header stays CloudFront's own: API Gateway finds the API by it.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      },
    });
  }
}

export const app = new App();
export const edge = new Edge(app, 'RejoinEdge', {
  env: { account: '111122223333', region: 'us-east-1' },
  name: 'play-api.arcade.example',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
  origin: 'origin-7f3a9c.arcade.example',
  secretName: 'rejoin/edge/1',
  webOrigin: 'https://play.arcade.example',
  requestsPerMinute: 2000,
});
