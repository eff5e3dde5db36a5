import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operatorTemplateOf, templateOf } from './synth.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * Replaces the asset hashes, which change with the code of the functions and not with the template. The bundles have tests of
 * their own.
 */
const scrubbed = (template: unknown) =>
  `${JSON.stringify(template, undefined, 2).replaceAll(/[0-9a-f]{64}/g, 'asset-hash')}\n`;

test('the template of the example deployment changes only on purpose: read the difference, then update with -u', async () => {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  await expect(scrubbed(templateOf(context.rejoin))).toMatchFileSnapshot(
    '__snapshots__/example.template.json',
  );
});

test('the template of the operator stack changes only on purpose: read the difference, then update with -u', async () => {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
  const alarmTopic = 'arn:aws:sns:us-west-2:123456789012:on-call';
  await expect(
    scrubbed(operatorTemplateOf({ ...context.rejoin, operators, alarmTopic })),
  ).toMatchFileSnapshot('__snapshots__/operator.template.json');
});
