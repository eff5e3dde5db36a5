import { describe, expect, test } from 'vitest';
import { ofType, operatorTemplateOf, templateOf, withProvider } from '../synth.ts';

const settings = { ...withProvider, operators: ['arn:aws:sts::123456789012:assumed-role/Operators/*'] };
const tablesOf = (removalPolicy: 'retain' | 'destroy') =>
  [templateOf({ ...settings, removalPolicy }), operatorTemplateOf({ ...settings, removalPolicy })]
    .flatMap((template) => ofType(template, 'AWS::DynamoDB::Table'))
    .map(([id, { Properties }]) => [id.replace(/\w{8}$/, ''), Properties] as const);
const tables = tablesOf('retain');
const [sessions, brake, rates, audit] = [
  'RejoinSessionsTable',
  'RejoinBrakeTable',
  'OperatorTablesRates',
  'OperatorTablesAudit',
];

describe('every table', () => {
  test('is one of four', () => {
    expect(tables.map(([id]) => id)).toEqual([sessions, brake, rates, audit]);
  });

  test('is paid by the request: a planned capacity would refuse the players of a storm', () => {
    for (const [id, { BillingMode, ProvisionedThroughput }] of tables) {
      expect([id, BillingMode, ProvisionedThroughput]).toEqual([id, 'PAY_PER_REQUEST', undefined]);
    }
  });

  test('can be restored for 35 days after a slip, as docs/security.md promises deployers', () => {
    for (const [id, { PointInTimeRecoverySpecification }] of tables) {
      expect([id, PointInTimeRecoverySpecification]).toEqual([id, { PointInTimeRecoveryEnabled: true }]);
    }
  });

  test('is protected from deletion in production, and only the audit after a trial', () => {
    const protectedOf = (removalPolicy: 'retain' | 'destroy') =>
      tablesOf(removalPolicy).flatMap(([id, { DeletionProtectionEnabled }]) =>
        DeletionProtectionEnabled ? [id] : [],
      );
    expect(protectedOf('retain')).toEqual([sessions, brake, rates, audit]);
    expect(protectedOf('destroy')).toEqual([audit]);
  });

  test('forgets what expires by the attribute that the functions write, or players’ records would stay for ever', () => {
    const expiring = tables.map(([id, { TimeToLiveSpecification }]) => [id, TimeToLiveSpecification]);
    const expires = { AttributeName: 'ttl', Enabled: true };
    expect(expiring).toEqual([
      [sessions, expires],
      [brake, undefined],
      [rates, expires],
      [audit, undefined],
    ]);
  });
});
