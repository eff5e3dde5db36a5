/**
 * The table of the brake: one item, which says until when operators have paused new sessions. It is a table of its own, so that a role can
 * read or write the brake and nothing else.
 */
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';
import { keyed } from './operator-tables.ts';

export class BrakeTable extends Construct {
  readonly table: Table;

  /** @param encryptionKey a customer managed key that encrypts the table; without it, AWS's own key does */
  constructor(scope: Construct, id: string, settings: Pick<Settings, 'removalPolicy'>, encryptionKey?: IKey) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      ...keyed,
      deletionProtection: settings.removalPolicy === 'retain',
      removalPolicy: cdkRemovalPolicy(settings),
      ...encryptedWith(encryptionKey),
    });
  }
}
