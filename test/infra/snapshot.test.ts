import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { templateOf } from './synth.ts';

const root = join(import.meta.dirname, '..', '..');

test('the template of the example deployment changes only on purpose: read the difference, then update with -u', async () => {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  // What a function's code is called says nothing about the template; the bundles have tests of their own.
  const scrubbed = JSON.stringify(templateOf(context.rejoin), undefined, 2).replaceAll(
    /[0-9a-f]{64}/g,
    'asset-hash',
  );
  await expect(`${scrubbed}\n`).toMatchFileSnapshot('__snapshots__/example.template.json');
});
