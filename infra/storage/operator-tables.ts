/** The tables of the operator API: the rate of each operator, which expires, and the audit, which stays as long as its setting says. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';

/** Keys, billing and recovery of every table except the session table, which has more properties. */
export const keyed = {
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  sortKey: { name: 'sk', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
} satisfies TableProps;

export class OperatorTables extends Construct {
  /** Requests per minute. A separate table, so that a function that opens shells cannot write the players' records. */
  readonly rates: Table;
  /** One record for each use, by session and time. */
  readonly audit: Table;

  /** @param encryptionKey a customer managed key that encrypts the tables; without it, AWS's own key does */
  constructor(
    scope: Construct,
    id: string,
    settings: Pick<Settings, 'removalPolicy' | 'auditRetentionDays'>,
    encryptionKey?: IKey,
  ) {
    super(scope, id);
    const encrypted = { ...keyed, ...encryptedWith(encryptionKey) };
    this.rates = new Table(this, 'Rates', {
      ...encrypted,
      timeToLiveAttribute: 'ttl',
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy(settings),
    });
    this.audit = new Table(this, 'Audit', {
      ...encrypted,
      // Nothing in the audit expires, unless the settings say when.
      ...(settings.auditRetentionDays !== undefined && { timeToLiveAttribute: 'ttl' }),
      // The audit always outlives the stack, whatever the settings say.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
