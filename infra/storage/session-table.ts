/** The session table: sessions by player, rate limits, leases and stored answers. All expire soon. */
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';

export class SessionTable extends Construct {
  readonly table: Table;

  /** @param encryptionKey a customer managed key that encrypts the table; without it, AWS's own key does */
  constructor(scope: Construct, id: string, settings: Pick<Settings, 'removalPolicy'>, encryptionKey?: IKey) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // A storm has 100 times the normal traffic, so no planned capacity would suit both.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy(settings),
      ...encryptedWith(encryptionKey),
    });
  }
}
