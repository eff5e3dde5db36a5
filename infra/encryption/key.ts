/**
 * The customer managed key of your own app: who may use it, and for what.
 *
 * DynamoDB calls KMS in the name of whoever calls DynamoDB. AWS lists what a table's key needs (DynamoDB Developer Guide, "Authorizing
 * use of your customer managed key"), and not which call needs what of it; a write without `kms:Decrypt` is known to be refused. So a
 * role that writes gets all of the list that concerns items. `kms:CreateGrant` is for the deployment, which makes the table.
 */
import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Grant, isTable } from '../routes/route.ts';
import { SettingsError } from '../settings/errors.ts';

const toRead = ['kms:Decrypt', 'kms:DescribeKey'];
const toWrite = [
  ...toRead,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The table operations that change nothing. */
const reads = new Set(['GetItem', 'Query']);

/** The property of a table or a log group that a customer managed key encrypts. */
export function encryptedWith(encryptionKey: IKey | undefined) {
  return encryptionKey === undefined ? {} : { encryptionKey };
}

/** What a role with these grants may do with the key of the tables: only what DynamoDB does in its name. */
export function keyStatement(scope: Construct, key: IKey, grants: readonly Grant[]): PolicyStatement[] {
  const operations = grants.filter(({ on }) => isTable(on)).flatMap(({ actions }) => actions);
  if (operations.length === 0) return [];
  return [
    new PolicyStatement({
      actions: operations.every((operation) => reads.has(operation)) ? toRead : toWrite,
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(scope).region}.amazonaws.com` },
      },
    }),
  ];
}

/**
 * Lets CloudWatch Logs use the key for the log groups of the account (CloudWatch Logs User Guide, "Encrypt log data using AWS KMS").
 * Names of log groups are generated, so the statement names none. The policy of a key that is not made in the app cannot be changed:
 * then there is a warning.
 */
export function allowLogs(scope: Construct, key: IKey): void {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({ service: 'logs', resource: 'log-group:*' });
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
  if (statementAdded) return;
  Annotations.of(scope).addWarningV2(
    'rejoin:keyPolicy',
    'this app does not create the key encryptionKey, so it cannot change its policy. The policy must let logs.REGION.amazonaws.com use the key, otherwise no log group can be created. docs/cdk.md has the statement. If the policy has it, acknowledge this warning',
  );
}

/**
 * Refuses the alias of a key: no permission and no log group takes an alias for a key.
 *
 * @throws {SettingsError} when the ARN names an alias
 */
export function requireKey(key: IKey): void {
  if (!key.keyArn.includes(':alias/')) return;
  throw new SettingsError([
    `encryptionKey is an alias, ${JSON.stringify(key.keyArn)}; write the key itself, such as Key.fromKeyArn(this, "Key", "arn:aws:kms:...:key/...")`,
  ]);
}
