import { Stack } from 'aws-cdk-lib';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { allowed, policies } from '../policies.ts';
import { ofType, text } from '../synth.ts';
import { bothIn, deployedRoutes, ownStack, streamGroups, templateIn, warningsIn } from './own-stack.ts';

const otherKey = 'arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What each role may do with keys, and the conditions of it. */
function keyGrants(stack: Stack) {
  return Object.fromEntries(
    Object.entries(policies(templateIn(stack))).map(([name, statements]) => {
      const onKeys = statements.filter((statement) =>
        allowed([statement]).some((each) => /^kms:/.test(each)),
      );
      const conditions = onKeys.map((statement) => {
        const { Condition } = statement as unknown as { Condition: Record<string, Record<string, unknown>> };
        return Object.entries(Condition?.StringEquals ?? {}).map(([key, value]) => `${key} = ${text(value)}`);
      });
      return [name, { may: allowed(onKeys), when: conditions.flat() }];
    }),
  );
}

describe('a key of the app', () => {
  const stack = ownStack();
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  bothIn(stack, { encryptionKey, probe: true });
  const template = templateIn(stack);
  const key = expect.stringMatching(/^\$\{Key\w+\.Arn\}$/);

  test('encrypts every table', () => {
    const tables = ofType(template, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(4);
    for (const [id, { Properties }] of tables) {
      const { SSEEnabled, SSEType, KMSMasterKeyId } = Properties.SSESpecification ?? {};
      expect([SSEEnabled, SSEType, KMSMasterKeyId && text(KMSMasterKeyId)], id).toEqual([true, 'KMS', key]);
    }
  });

  test('encrypts every log group: of each function, of the probe, and of both access logs', () => {
    const groups = ofType(template, 'AWS::Logs::LogGroup');
    expect(groups).toHaveLength(deployedRoutes.length + 1 + 2);
    for (const [id, { Properties }] of groups) {
      expect(Properties.KmsKeyId && text(Properties.KmsKeyId), id).toEqual(key);
    }
  });

  test('is for each role to use only through DynamoDB: to read where it reads, to write where it writes', () => {
    const actionsOf = ({ may }: { may: string[] }) => may.map((each) => each.split(' on ')[0]);
    const grants = keyGrants(stack);
    const toRead = ['kms:Decrypt', 'kms:DescribeKey'];
    const toWrite = [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ];
    expect(
      Object.fromEntries(Object.entries(grants).map(([name, grant]) => [name, actionsOf(grant)])),
    ).toEqual({
      start: toWrite,
      status: toWrite,
      sessions: toRead,
      reconnect: toWrite,
      terminate: toWrite,
      recoveries: toWrite,
      probe: [],
      'operator-shell': toWrite,
      'operator-sessions': toRead,
      'operator-terminate': toWrite,
      'operator-forget': toWrite,
      'operator-brake': toWrite,
      'operator-brake-status': toRead,
    });
    const { probe: _, ...withKey } = grants;
    for (const [name, { may, when }] of Object.entries(withKey)) {
      expect(new Set(may.map((each) => each.split(' on ')[1])), name).toEqual(new Set([key]));
      expect(when, name).toEqual([`kms:ViaService = dynamodb.\${AWS::Region}.amazonaws.com`]);
    }
  });

  test('lets CloudWatch Logs use it for log groups of this account and Region alone, in one statement', () => {
    const [[, { Properties }] = ['', { Properties: undefined }]] = ofType(template, 'AWS::KMS::Key');
    const statements = Properties.KeyPolicy.Statement.filter(
      ({ Principal }: { Principal: { Service?: unknown } }) => Principal.Service !== undefined,
    );
    expect(statements).toHaveLength(1);
    const [{ Principal, Condition }] = statements;
    expect(text(Principal.Service)).toBe(`logs.\${AWS::Region}.amazonaws.com`);
    expect(text(Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'])).toBe(
      `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:*`,
    );
    expect(warningsIn(stack).join()).not.toContain('encryptionKey');
  });
});

describe('a key that the app does not make', () => {
  test('encrypts the same, and its owner is warned that CloudWatch Logs must be let in', () => {
    const stack = ownStack();
    bothIn(stack, { encryptionKey: Key.fromKeyArn(stack, 'Key', otherKey) });
    expect(keyGrants(stack)).toMatchObject({
      sessions: { may: [`kms:Decrypt on ${otherKey}`, `kms:DescribeKey on ${otherKey}`] },
    });
    expect(warningsIn(stack).join()).toContain('docs/cdk.md has the statement');
  });

  test('is refused as an alias, which neither roles nor log groups take', () => {
    const stack = ownStack();
    const encryptionKey = Alias.fromAliasName(stack, 'Key', 'alias/arcade');
    expect(() => new Rejoin(stack, 'Rejoin', { streamGroups, encryptionKey })).toThrow(
      /^encryptionKey is an alias, .*; write the key itself/,
    );
  });
});

test('a key in another stack of the app serves both stacks of Rejoin', () => {
  const keys = ownStack();
  const encryptionKey = new Key(keys, 'Key');
  const app = keys.node.root;
  const players = new Stack(app as Stack, 'Players');
  const operators = new Stack(app as Stack, 'Operators');
  const rejoin = new Rejoin(players, 'Rejoin', { streamGroups, operators: [], encryptionKey });
  new RejoinOperator(operators, 'Operator', rejoin);
  const roles = [players, operators].flatMap((stack) => Object.keys(keyGrants(stack)));
  expect(roles).toEqual(deployedRoutes);
  const statements = ofType(templateIn(keys), 'AWS::KMS::Key')[0]?.[1].Properties.KeyPolicy.Statement;
  expect(JSON.stringify(statements)).toContain('kms:EncryptionContext:aws:logs:arn');
});

test('without a key the tables and logs stay as they were, and no role may use one', () => {
  const stack = ownStack();
  bothIn(stack, {});
  const template = templateIn(stack);
  expect(JSON.stringify(template)).not.toMatch(/kms:|SSESpecification|KmsKeyId/);
});
