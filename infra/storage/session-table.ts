/** The one table: sessions by player, budgets, leases and stored answers, all short-lived. */
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';

export class SessionTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, settings: Pick<Settings, 'removalPolicy'>) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // A storm is a hundred times the calm: capacity that somebody planned is wrong in both.
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy(settings),
    });
  }
}
