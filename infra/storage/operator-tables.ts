/** What the operator API keeps: how often operators came lately, and for good what they did. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';

const keyed = {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  sortKey: { name: 'sk', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
} satisfies TableProps;

export class OperatorTables extends Construct {
  /** Counts of minutes. A table of its own, so that whoever opens shells can't write into players' records. */
  readonly rates: Table;
  /** One record a use, by session and time. */
  readonly audit: Table;

  constructor(scope: Construct, id: string, settings: Pick<Settings, 'removalPolicy'>) {
    super(scope, id);
    this.rates = new Table(this, 'Rates', {
      ...keyed,
      timeToLiveAttribute: 'ttl',
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy(settings),
    });
    this.audit = new Table(this, 'Audit', {
      ...keyed,
      // Whatever the settings say: a trail that goes with what it is about is none. Nothing in it expires either.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
