import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { minimal, newApp } from '../synth.ts';
import { manifest, name, root } from './packed.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/cdk.md');
const readme = read('infra/package/README.md');

/** The first column of the table behind a line of the page. */
function firstColumn(line: string): string[] {
  const [, behind = ''] = page.split(`${line}\n`);
  const rows = behind.trimStart().split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => row.split('|')[1] ?? '');
}

test('docs/cdk.md shows the files of the example app as they are', () => {
  const shown = [...page.matchAll(/<!-- (infra\/examples\/\S+) -->\n```ts\n([\s\S]*?)```/g)];
  expect(shown.map(([, file]) => file)).toEqual([
    'infra/examples/cdk-app/lib/arcade-stack.ts',
    'infra/examples/cdk-app/lib/live-stack.ts',
  ]);
  for (const [, file = '', code] of shown) expect(code, file).toBe(read(file));
});

test('docs/cdk.md lists each prop that is no setting, and its type', () => {
  const listed = firstColumn('<!-- props: held to the types by the tests -->').flatMap((cell) =>
    [...cell.matchAll(/`(?:[\w[\]]+\.)*\.?(\w+)`/g)].map(([, prop = '']) => prop),
  );
  // Each interface of props.ts, without the settings that it takes over.
  const declared = [...read('infra/props/props.ts').matchAll(/^ {2}readonly (\w+)\?: ([^;]+);/gm)]
    .filter(([, , type = '']) => /\b(I[A-Z]\w+|Duration|RetentionDays|RemovalPolicy)\b/.test(type))
    .map(([, prop = '']) => prop);
  expect(declared.length).toBeGreaterThan(12);
  expect(new Set(listed)).toEqual(new Set(declared));
});

test('docs/cdk.md names only members that the constructs have', () => {
  const stack = new Stack(newApp(), 'Arcade');
  const rejoin = new Rejoin(stack, 'Rejoin', minimal);
  const operators = new RejoinOperator(stack, 'Operators', rejoin);
  const named = firstColumn('## Members').flatMap((cell) =>
    [...cell.matchAll(/`(\w+)/g)].map(([, member = '']) => member),
  );
  expect(named.length).toBeGreaterThan(12);
  for (const member of named) expect(member in rejoin, member).toBe(true);
  for (const member of ['apiArn', 'auditTable', 'auditTableName']) expect(operators).toHaveProperty(member);
});

test('pages name the package, its tarball and the oldest CDK as they are', () => {
  const oldest = manifest.peerDependencies['aws-cdk-lib'].slice(1);
  for (const text of [page, readme]) {
    expect(text).toContain(`from '${name}'`);
    expect(text).toContain(`\`aws-cdk-lib\` ${oldest}`);
  }
  const tarballs = new Set(page.match(/[\w.-]+\.tgz/g));
  expect(tarballs).toEqual(new Set([`${name}-${manifest.version}.tgz`]));
  expect(read('CHANGELOG.md')).toContain(`**Constructs** \`${name}\``);
  expect(read('ARCHITECTURE.md')).toContain(`published as \`${name}\``);
});
