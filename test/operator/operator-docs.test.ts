import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../operator/arguments.ts';
import { EXIT } from '../../operator/failure.ts';
import { documentedCommands } from './documented-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const document = readFileSync(join(root, 'docs', 'operator.md'), 'utf8');

describe('docs/operator.md', () => {
  it('shows commands that this command line takes', () => {
    const commands = documentedCommands();
    expect(commands.length).toBeGreaterThan(5);
    for (const { args } of commands) expect(readArguments(args)).toHaveProperty('command', args[0]);
  });

  it('tables the exit codes that there are', () => {
    const rows = [...document.matchAll(/^\| (\d) \| (.+) \|$/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(EXIT));
  });

  it('names options that the command line has', () => {
    const known = readFileSync(join(root, 'operator', 'help.ts'), 'utf8');
    const named = new Set([...document.matchAll(/`(--[a-z-]+)`/g)].map(([, option = '']) => option));
    expect(named.size).toBeGreaterThan(8);
    for (const option of named) expect(known).toContain(`  ${option} `);
  });

  it('names the versions of the plugin that the command line holds to', () => {
    const source = readFileSync(join(root, 'operator', 'plugin.ts'), 'utf8');
    for (const name of ['MIN_VERSION', 'AWS_ONLY_VERSION']) {
      const version = new RegExp(`const ${name} = '([\\d.]+)'`).exec(source)?.[1];
      expect(document).toContain(String(version));
    }
  });

  it('explains lines that the command line prints', () => {
    const lines = [...(document.split('### The command says')[1] ?? '').matchAll(/^\| `([^`]+)`/gm)];
    expect(lines.length).toBeGreaterThan(4);
    const sources = ['api-failure', 'query-api', 'commands', 'plugin'].map((name) =>
      readFileSync(join(root, 'operator', `${name}.ts`), 'utf8').replaceAll(/\$\{[^}]*\}|'\s*:\s*'/g, '…'),
    );
    const codes = readFileSync(join(root, 'lambdas', 'core', 'operator-problems.ts'), 'utf8');
    for (const [, line = ''] of lines) {
      const code = /^\((\w+)\)$/.exec(line)?.[1];
      const parts = line.replace(/^refuses arn:…: /, '').split(' … ');
      if (code) expect(codes).toContain(`  ${code}:`);
      else for (const part of parts) expect(sources.join('\n')).toContain(part);
    }
  });
});
