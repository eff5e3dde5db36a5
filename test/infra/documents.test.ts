import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../infra/settings.ts';
import { settingRows } from './setting-rows.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const deploy = read('docs/deploy.md');
const security = read('docs/security.md');

/** Cells of the table that follows a line, without its two head rows. */
function tableAfter(document: string, line: string): string[][] {
  const [, rest = ''] = document.split(line);
  const rows = rest.trimStart().split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

/** The code blocks of one language. */
function blocks(document: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...document.matchAll(pattern)].map(([, code]) => code ?? '');
}

describe('docs/deploy.md', () => {
  test('tables every setting with the default and the limits that the schema has, and says what it decides', () => {
    const rows = tableAfter(deploy, '<!-- settings: held to the schema by the tests -->');
    expect(rows.map((cells) => cells.slice(0, 3))).toEqual(settingRows());
    for (const [setting, , , decides] of rows) expect(decides, setting).toMatch(/^[A-Z].{5,}/);
  });

  test('shows settings that can be deployed', () => {
    const examples = blocks(deploy, 'json');
    expect(examples).toHaveLength(3);
    for (const example of examples) expect(parseSettings(JSON.parse(example)).removalPolicy).toBe('retain');
  });

  test('names only commands and options that the CDK has, and scripts that we have', () => {
    const cdk = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--help'], {
        encoding: 'utf8',
      }).stdout;
    const help = cdk();
    const commands = new Set([...deploy.matchAll(/npx cdk ([a-z]+)/g)].map(([, command = '']) => command));
    expect([...commands].toSorted()).toEqual(['bootstrap', 'deploy', 'destroy', 'diff', 'synth']);
    for (const command of commands) expect(help).toMatch(new RegExp(`^ +cdk ${command} `, 'm'));
    expect(cdk('deploy')).toMatch(/--all[\s\S]*--outputs-file/);
    expect(cdk('destroy')).toContain('--all');
    expect(cdk('synth')).toContain('--quiet');
    const { scripts } = JSON.parse(read('package.json'));
    for (const script of ['start', 'test']) expect(scripts).toHaveProperty(script);
  });

  test('names the outputs there are, each where a web developer looks for them', () => {
    const tables = deploy.split('| output |').slice(1);
    for (const [at, [stack, count]] of (
      [
        ['infra/rejoin-stack.ts', 7],
        ['infra/operator-stack.ts', 3],
      ] as const
    ).entries()) {
      const outputs = [...read(stack).matchAll(/#output\(\s*'(\w+)'/g)].map(([, name = '']) => name);
      expect(outputs).toHaveLength(count);
      for (const output of outputs) expect(tables[at]?.split('\n\n')[0]).toContain(`\`${output}\``);
    }
  });

  test('shows a reconnect that asks the API as protocol.md describes it', async () => {
    const [script = ''] = blocks(deploy, 'js');
    const asked: string[] = [];
    const played: string[] = [];
    const answers = [
      { streamSession: { streamSessionId: 's-1' }, connectionId: 'c-1' },
      { streamSession: { streamSessionId: 's-1' }, signalResponse: 'answer 1' },
      { streamSession: { streamSessionId: 's-1' }, connectionId: 'c-2', signalResponse: 'answer 2' },
    ];
    let offers = 0;
    class GameLiftStreams {
      generateSignalRequest = async () => `offer ${++offers}`;
      processSignalResponse = async (answer: string) => void played.push(answer);
    }
    const fetched = async (
      url: string,
      { method, headers, body }: RequestInit & { headers: Record<string, string> },
    ) => {
      expect(headers.authorization).toBe('Bearer t');
      asked.push([method, url, body].filter(Boolean).join(' '));
      return { json: async () => answers.shift() };
    };
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const names = [
      'apiUrl',
      'token',
      'videoElement',
      'audioElement',
      'gameliftstreams',
      'fetch',
      'setTimeout',
    ];
    const run = new AsyncFunction(...names, script);
    await run('https://a', 't', {}, {}, { GameLiftStreams }, fetched, (next: () => void) => next());
    const sessions = 'https://a/v1/streamgroups/sg-1AB2C3De4/streamsessions';
    expect(asked).toEqual([
      `POST ${sessions} {"signalRequest":"offer 1"}`,
      `GET ${sessions}/s-1`,
      `POST ${sessions}/s-1/connections {"signalRequest":"offer 2","previousConnectionId":"c-1"}`,
    ]);
    expect(played).toEqual(['answer 1', 'answer 2']);
  });
});

/** `[test file, name]` for each test that a page cites: a link to its file, then names in italics. */
function citations(document: string): [string, string][] {
  const links = [...document.matchAll(/\]\(\.\.\/(test\/[^)]+)\): ((?:\*[^*]+\*(?:, )?)+)/g)];
  return links.flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']): [string, string] => [file, name]),
  );
}

describe('docs/security.md', () => {
  const cited = citations(security);

  test('has a test for each claim in its tables', () => {
    const claims = security
      .split('\n')
      .filter((line) => /^\| (?!rests on|cannot \| |---)/.test(line) && !line.startsWith('|-'));
    expect(claims.length).toBeGreaterThan(20);
    for (const claim of claims) expect(citations(claim), claim).not.toEqual([]);
  });

  test.each(cited)('%s has the test “%s”', (file, name) => {
    const code = read(file).replaceAll(/\\(['"`])/g, '$1');
    expect(["'", '"', '`'].some((quote) => code.includes(`${quote}${name}${quote}`))).toBe(true);
  });
});

test.each([
  ['docs/deploy.md', deploy],
  ['docs/security.md', security],
])('every link in %s leads to a file that is there', (path, document) => {
  const links = [...document.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
});
