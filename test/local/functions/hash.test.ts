import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FileSystem } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { digestDirectory } from '../../../local/functions/hash.ts';
import { addPlayerApi, deploy, onlyStack } from '../template/support.ts';
import { functionModel, testPool } from './support.ts';

test('equal directories have equal digests; a changed byte, a changed name and an extra file each change the digest', () => {
  const source = 'export const handler = 1;';
  const directory = () => {
    const { assetDirectory } = functionModel(source);
    mkdirSync(join(assetDirectory, 'deep'));
    writeFileSync(join(assetDirectory, 'deep/a.txt'), 'a');
    return assetDirectory;
  };
  const original = digestDirectory(directory());
  expect(original.files.map(({ path }) => path)).toEqual(['deep/a.txt', 'index.mjs']);
  expect(digestDirectory(directory()).sha256).toBe(original.sha256);
  for (const [path, content] of [
    ['index.mjs', 'export const handler = 2;'],
    ['extra.mjs', ''],
  ] as const) {
    const changed = directory();
    writeFileSync(join(changed, path), content);
    expect(digestDirectory(changed).sha256).not.toBe(original.sha256);
  }
  const renamed = directory();
  renameSync(join(renamed, 'deep/a.txt'), join(renamed, 'deep/b.txt'));
  expect(digestDirectory(renamed).sha256).not.toBe(original.sha256);
});

test('the bytes a worker imports are the asset’s, by the file’s digest and by CDK’s own fingerprint', async () => {
  const [fn] = onlyStack(deploy((stack) => void addPlayerApi(stack))).functions;
  if (!fn) throw new Error('no function');
  const pool = testPool(fn);
  expect(pool.executed(fn.logicalId)).toBeUndefined();
  await pool.invoke(fn.logicalId, {});
  const executed = pool.executed(fn.logicalId);
  const file = join(fn.assetDirectory, 'index.mjs');
  expect(executed).toEqual({
    file,
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
  });
  expect(digestDirectory(fn.assetDirectory).files).toContainEqual({
    path: 'index.mjs',
    bytes: readFileSync(file).length,
    sha256: executed?.sha256,
  });
  expect(basename(fn.assetDirectory)).toBe(`asset.${fn.assetHash}`);
  expect(FileSystem.fingerprint(fn.assetDirectory)).toBe(fn.assetHash);
});
