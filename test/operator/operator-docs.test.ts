import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableAudit } from '../../lambdas/operators/audit.ts';
import { EXIT } from '../../operator/cli/failure.ts';
import { readArguments } from '../../operator/commands/arguments.ts';
import { documentedCommands } from './documented-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'operator.md'), 'utf8');

describe('docs/operator.md', () => {
  it('shows commands that this command line takes', () => {
    const commands = documentedCommands();
    expect(commands.length).toBeGreaterThan(5);
    for (const { args } of commands) expect(readArguments(args)).toHaveProperty('command', args[0]);
  });

  it('lists exactly the exit codes of the command line', () => {
    const rows = [...document.matchAll(/^\| (\d) \| (.+) \|$/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(EXIT));
  });

  it('names only options that the command line has', () => {
    const known = readFileSync(join(root, 'operator', 'commands', 'help.ts'), 'utf8');
    const named = new Set([...document.matchAll(/`(--[a-z-]+)`/g)].map(([, option = '']) => option));
    expect(named.size).toBeGreaterThan(8);
    for (const option of named) expect(known).toContain(`  ${option} `);
  });

  it('names the plugin versions that the command line requires', () => {
    const source = readFileSync(join(root, 'operator', 'commands', 'plugin.ts'), 'utf8');
    for (const name of ['MIN_VERSION', 'AWS_ONLY_VERSION']) {
      const version = new RegExp(`const ${name} = '([\\d.]+)'`).exec(source)?.[1];
      expect(document).toContain(String(version));
    }
  });

  it('lists all attributes of an audit record, and shows a query that finds it', async () => {
    const records: Record<string, unknown>[] = [];
    const call = {
      operator: 'arn:aws:sts::123456789012:assumed-role/Operators/ann',
      accessKeyId: 'ASIAEXAMPLE',
      entry: 'arn:aws:sts::123456789012:assumed-role/Operators/*',
      sourceIp: '192.0.2.1',
      userAgent: 'aws-cli/2.31',
      requestId: 'r-1',
    };
    const audit = tableAudit({ putNew: async (record) => records.push(record) > 0 });
    const use = { call, streamGroupId: 'sg-1', streamSessionId: 'ss-1', userId: 'u-1', status: 'CONNECTED' };
    const at = Date.parse('2026-11-22T03:41:00.000Z');
    await audit.write({ ...use, action: 'adminShell', reason: 'Ticket 4711', outcome: 'opened', at });
    const brake = {
      call,
      action: 'brake',
      about: 'brake/starts',
      seconds: 60,
      outcome: 'requested',
      at,
    } as const;
    await audit.write(brake);

    const [, afterMarker = ''] = document.split('<!-- audit: read by the tests -->\n');
    const [table = ''] = afterMarker.split('\n\n');
    const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(
      ([, cell = '']) => cell.match(/\w+(?=`)/g) ?? [],
    );
    const written = new Set(records.flatMap((record) => Object.keys(record)));
    expect(named.toSorted()).toEqual([...written].toSorted());
    // The scan compares times as texts.
    const since = /":since": \{"S": "([^"]+)"/.exec(document)?.[1] ?? '';
    expect(String(records[0]?.at) >= since).toBe(true);
    const attributeNames = JSON.parse(/--expression-attribute-names '([^']+)'/.exec(document)?.[1] ?? '');
    expect(attributeNames).toEqual({ '#action': 'action', '#at': 'at' });
    for (const name of Object.values<string>(attributeNames)) expect(records[0]).toHaveProperty(name);
  });

  it('explains only lines that the command line prints', () => {
    const lines = [...(document.split('### The command says')[1] ?? '').matchAll(/^\| `([^`]+)`/gm)];
    expect(lines.length).toBeGreaterThan(4);
    const sources = [
      'commands/api-failure',
      'aws/cloudformation',
      'commands/commands',
      'commands/plugin',
      'commands/retry',
    ].map((name) =>
      readFileSync(join(root, 'operator', `${name}.ts`), 'utf8').replaceAll(/\$\{[^}]*\}|'\s*:\s*'/g, '…'),
    );
    const codes = readFileSync(join(root, 'contract', 'operator-problems.ts'), 'utf8');
    for (const [, line = ''] of lines) {
      const code = /^\((\w+)\)$/.exec(line)?.[1];
      const parts = line.replace(/^refuses arn:…: /, '').split(' … ');
      if (code) expect(codes).toContain(`  ${code}:`);
      else for (const part of parts) expect(sources.join('\n')).toContain(part);
    }
  });
});
