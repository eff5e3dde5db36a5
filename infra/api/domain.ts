/** A custom domain for the API: the domain, its certificate and, if Route 53 hosts the zone, its DNS record. */
import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { requireRegionOfStack } from '../settings/same-region.ts';
import type { Settings } from '../settings/settings.ts';

export class ApiDomain extends Construct {
  readonly domainName: DomainName;
  /** The API's base URL, without a slash at the end. */
  readonly url: string;
  /** The host name of API Gateway that the DNS record must point to. */
  readonly target: string;

  /** @throws {SettingsError} when the stack has a fixed Region and the certificate is in another one */
  constructor(scope: Construct, id: string, domain: NonNullable<Settings['domain']>) {
    super(scope, id);
    requireRegionOfStack(this, {
      path: ['domain', 'certificateArn'],
      arn: domain.certificateArn,
      what: 'certificate',
    });
    this.domainName = new DomainName(this, 'Name', {
      domainName: domain.name,
      securityPolicy: SecurityPolicy.TLS_1_2,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
    });
    this.url = `https://${domain.name}`;
    this.target = this.domainName.regionalDomainName;
    if (domain.hostedZone === undefined) return;
    const { id: hostedZoneId, name: zoneName } = domain.hostedZone;
    new ARecord(this, 'Record', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName }),
      recordName: `${domain.name}.`,
      target: RecordTarget.fromAlias(
        new ApiGatewayv2DomainProperties(
          this.domainName.regionalDomainName,
          this.domainName.regionalHostedZoneId,
        ),
      ),
    });
  }
}
