import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MONITORING } from '../../bench/cost/monitoring.ts';
import { parseSettings } from '../../infra/settings/settings.ts';
import { settingRows } from './setting-rows.ts';
import {
  minimal,
  ofType,
  operatorTemplateOf,
  type SynthesizedTemplate,
  templateOf,
  withProvider,
} from './synth.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const deploy = read('docs/deploy.md');
const settingsPage = read('docs/settings.md');
const costs = read('docs/costs.md');
const operatorPage = read('docs/operator.md');
const security = read('docs/security.md');

/** The cells of the table that a text begins with, without its two header rows. */
function rowsOf(text: string): string[][] {
  const rows = text.trimStart().split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

/** The cells of the table after a line. */
function tableAfter(document: string, line: string): string[][] {
  return rowsOf(document.split(line)[1] ?? '');
}

/** The code blocks of one language. */
function blocks(document: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...document.matchAll(pattern)].map(([, code]) => code ?? '');
}

/** The examples of settings on a page: its JSON blocks that name a stream group. */
const examplesOn = (page: string) => blocks(page, 'json').filter((code) => code.includes('"streamGroups"'));

describe('docs/settings.md', () => {
  test('lists every setting once, with the default and the limits of the schema, and its effect', () => {
    const line = '<!-- settings: held to the schema by the tests -->';
    const tables = settingsPage.split(line).slice(1);
    const rows = tables.flatMap((table) => rowsOf(table));
    expect(rows.map((cells) => cells.slice(0, 3)).toSorted()).toEqual(settingRows().toSorted());
    for (const [setting, , , decides] of rows) expect(decides, setting).toMatch(/^[["`]*[A-Z`].{5,}/);
  });

  test.each([
    ['docs/deploy.md', deploy, 2],
    ['docs/settings.md', settingsPage, 3],
    ['docs/operator.md', operatorPage, 1],
  ])('%s shows settings that can be deployed', (_path, page, count) => {
    const examples = examplesOn(page);
    expect(examples).toHaveLength(count);
    for (const example of examples) expect(parseSettings(JSON.parse(example)).removalPolicy).toBe('retain');
  });
});

describe('docs/costs.md', () => {
  test('lists and adds up the CloudWatch costs of the template', () => {
    const template = templateOf(withProvider);
    const looksAt = (of: SynthesizedTemplate) =>
      ofType(of, 'AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
        (Properties.Metrics ?? [{ MetricStat: {} }]).filter(
          ({ MetricStat }: { MetricStat?: object }) => MetricStat !== undefined,
        ),
      ).length;
    const rows = tableAfter(costs, '<!-- costs: held to the template by the tests -->');
    expect(rows.slice(1).map(([, count]) => Number(count))).toEqual([
      looksAt(template),
      ofType(template, 'AWS::CloudWatch::CompositeAlarm').length,
      ofType(template, 'AWS::CloudWatch::Dashboard').length,
    ]);
    const dollars = (text = '') => [...text.matchAll(/\$([\d.]+)/g)].map(([, amount]) => Number(amount));
    for (const [what, count = '', month] of rows) {
      const [each = 0] = dollars(what);
      const counts = [...count.matchAll(/\d+/g)].map(([number]) => Number(number));
      expect(dollars(month), what).toEqual(counts.map((number) => Number((number * each).toFixed(2))));
    }
    const { metrics, alarmMetrics, compositeAlarms, dashboards, probeAlarmMetrics } = MONITORING;
    const billed = [metrics, alarmMetrics, compositeAlarms, dashboards];
    expect(
      rows.map(([what, , month]) => [dollars(what)[0], dollars(month).at(-1)]),
      'bench/cost/monitoring.ts has the fees of this table',
    ).toEqual(billed.map(({ count, dollars: each }) => [each, Number((count * each).toFixed(2))]));
    const [few = 0, many = 0] = [0, -1].map((at) =>
      rows.reduce((sum, [, , month]) => sum + (dollars(month).at(at) ?? 0), 0),
    );
    const [, least, most] = /some \$(\d+) in a calm month, \$(\d+) in one/.exec(costs) ?? [];
    expect([Number(least), Number(most)]).toEqual([few, many].map((sum) => Math.ceil(sum / 5) * 5));
    const [, probe] = /costs \$([\d.]+) a month for four metrics/.exec(costs) ?? [];
    const ofProbe = looksAt(templateOf({ ...withProvider, probe: true })) - looksAt(template);
    expect(probeAlarmMetrics.count).toBe(ofProbe);
    expect(Number(probe)).toBeCloseTo(ofProbe * probeAlarmMetrics.dollars);
    const [, more] = /\$(\d+) more with operators/.exec(costs) ?? [];
    expect(Number(more)).toBe(
      Math.ceil(looksAt(operatorTemplateOf({ ...withProvider, operators: [] })) * 0.1),
    );
  });

  test("adds up what Cognito bills for a month's players, by the plans that the settings know", () => {
    const rows = tableAfter(costs, '<!-- players: held to the prices by the tests -->');
    const players = [10_000, 20_000, 100_000];
    const [planned] = settingRows().filter(([setting]) => setting === '`identity.cognito.plan`');
    expect(rows.map(([plan]) => plan?.replaceAll('`', '')).join(' or ')).toBe(planned?.[2]);
    for (const [plan = '', each = '', ...months] of rows) {
      const free = plan.includes('PLUS') ? 0 : 10_000;
      const price = Number(each.slice(1));
      expect(months, plan).toEqual(
        players.map((count) => `$${Math.round((count - free) * price).toLocaleString('en-US')}`),
      );
    }
  });
});

describe('docs/deploy.md and its sisters', () => {
  test('docs/limits.md has a deployer raise the time-out of connections before asking AWS for a rate, which it may not grant', () => {
    const [, chapter = ''] =
      /## How many players can come back at once\n([\s\S]*)/.exec(read('docs/limits.md')) ?? [];
    const [, first = '', second = ''] = /\n1\. ([\s\S]*?)\n2\. ([\s\S]*?)\n\n/.exec(chapter) ?? [];
    expect(first).toMatch(/^Raise `connectionTimeoutSeconds`/);
    expect(second).toMatch(
      /ask AWS for more calls of `CreateStreamSessionConnection`[\s\S]+nothing says that it\s+raises/,
    );
  });

  test('names only commands and options that the CDK has, and scripts that we have', () => {
    const cdk = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--help'], {
        encoding: 'utf8',
      }).stdout;
    const help = cdk();
    const deployHelp = cdk('deploy');
    const shown = `${deploy}${operatorPage}${settingsPage}`;
    const commands = new Set([...shown.matchAll(/npx cdk ([a-z]+)/g)].map(([, command = '']) => command));
    expect([...commands].toSorted()).toEqual(['bootstrap', 'deploy', 'destroy', 'diff', 'synth']);
    for (const command of commands) expect(help).toMatch(new RegExp(`^ +cdk ${command} `, 'm'));
    for (const option of ['--all', '--outputs-file', '--require-approval']) {
      expect(deployHelp).toContain(option);
    }
    expect(cdk('destroy')).toContain('--all');
    expect(cdk('synth')).toContain('--quiet');
    const { scripts } = JSON.parse(read('package.json'));
    for (const script of ['start', 'test']) expect(scripts).toHaveProperty(script);
  });

  test('names every output, in the table of its stack', () => {
    const tables = [deploy, operatorPage].map((page) => page.split('| output |')[1]);
    const certificateArn = 'arn:aws:acm:us-west-2:111122223333:certificate/1234';
    const domain = { name: 'api.example.com', certificateArn };
    for (const [at, [stack, count]] of (
      [
        [templateOf({ ...minimal, domain }), 7],
        [operatorTemplateOf({ ...minimal, operators: [] }), 3],
      ] as const
    ).entries()) {
      const outputs = Object.keys(stack.Outputs);
      expect(outputs).toHaveLength(count);
      for (const output of outputs) expect(tables[at]?.split('\n\n')[0]).toContain(`\`${output}\``);
    }
  });
});

/** `[test file, title]` of each test that a page cites: a link to the file, then titles in italics. */
function citations(document: string): [string, string][] {
  const links = [...document.matchAll(/\]\(\.\.\/(test\/[^)]+)\): ((?:\*[^*]+\*(?:, )?)+)/g)];
  return links.flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']): [string, string] => [file, name]),
  );
}

/** The first five letters of each word: "refuse" and "refused" are one. */
const wordStems = (of: string) =>
  new Set((of.toLowerCase().match(/[a-z]{4,}/g) ?? []).map((word) => word.slice(0, 5)));

/** The numbered lines of a part of docs/security.md, each with the heading above it. */
function numberedLines(part: string): [number, string][] {
  return part.split(/^## /m).flatMap((chapter) => {
    const [heading = ''] = chapter.split('\n');
    return [...chapter.matchAll(/^(\d+)\. (.+(?:\n {2,}.+)*)/gm)].map(
      ([, number, line]): [number, string] => [Number(number), `${heading}: ${line}`],
    );
  });
}

/**
 * What a test that a page cites is about: the name of its file, the titles around it, and its own, or the name of a case in its table.
 * @throws {Error} when the file has no such title
 */
function aboutTest(file: string, name: string): string {
  const code = read(file).replaceAll(/\\(['"`])/g, '$1');
  const at = ["'", '"', '`']
    .map((quote) => code.indexOf(`${quote}${name}${quote}`))
    .find((place) => place >= 0);
  if (at === undefined) throw new Error(`${file} has no test called ${name}`);
  const before = code.slice(0, at).split('\n');
  let indent = /^ */.exec(before.at(-1) ?? '')?.[0].length ?? 0;
  const titles = [name];
  for (const line of before.toReversed()) {
    const [, spaces = '', title] = /^( *)describe\b.*?['"`](.+)['"`],/.exec(line) ?? [];
    if (title === undefined || spaces.length >= indent) continue;
    titles.unshift(title);
    indent = spaces.length;
  }
  return [file.split('/').at(-1), ...titles].join(' ');
}

describe('docs/security.md', () => {
  const shown = read('docs/security-tests.md');
  const cited = citations(shown);
  const claims = numberedLines(security);

  test('has a test for each claim, under its number', () => {
    const numbered = (part: string) => [...part.matchAll(/^(\d+)\. (.+)$/gm)];
    const numbers = numbered(security).map(([, number]) => Number(number));
    expect(numbers.length).toBeGreaterThan(20);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    expect(numbered(shown).map(([, number]) => Number(number))).toEqual(numbers);
    for (const [line, , tests = ''] of numbered(shown)) expect(citations(tests), line).not.toEqual([]);
  });

  test.each(cited)(
    '%s has the test “%s”, and leaves none out: a test that is skipped shows nothing',
    (file, name) => {
      expect(aboutTest(file, name)).toContain(name);
      expect(read(file)).not.toMatch(/^ *(?:test|it|describe)\.(?:skip|todo|fails)\b/m);
    },
  );

  // A machine cannot tell whether a test shows a claim. It can tell that the two speak of the same thing: a word that few claims have.
  test.each(claims)('a test that shows claim %d speaks of what the claim is about', (number, claim) => {
    const few = claims.length / 3;
    const rare = [...wordStems(claim)].filter(
      (stem) => claims.filter(([, other]) => wordStems(other).has(stem)).length <= few,
    );
    const [, tests = ''] = numberedLines(shown).find(([of]) => of === number) ?? [];
    const spoken = citations(tests).map(([file, name]) => aboutTest(file, name));
    const common = spoken.flatMap((about) => rare.filter((stem) => wordStems(about).has(stem)));
    expect(common, `${claim}\n${spoken.join('\n')}`).not.toEqual([]);
  });
});

describe('docs/reliability.md', () => {
  const reliability = read('docs/reliability.md');
  const promises = [...reliability.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => number);
  const rows = tableAfter(reliability, '<!-- promises: held to the tests -->');

  test('has a row of tests for each promise, under its number', () => {
    expect(promises.length).toBeGreaterThan(10);
    expect(promises).toEqual(promises.map((_, at) => String(at + 1)));
    expect(rows.map(([number]) => number)).toEqual(promises);
    for (const [number, tests = ''] of rows) expect(tests, number).toMatch(/\]\(\.\.\/test\/\S+\.test\.ts\)/);
  });

  test.each(citations(reliability))('%s has the test “%s”', (file, name) => {
    const code = read(file).replaceAll(/\\(['"`])/g, '$1');
    expect(["'", '"', '`'].some((quote) => code.includes(`${quote}${name}${quote}`))).toBe(true);
  });

  test('is short: what is no table has at most 900 words', () => {
    const text = reliability.replaceAll(/^\|.*$/gm, '').replaceAll(/^```[\s\S]*?^```/gm, '');
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(900);
  });

  test('is linked by the README', () => {
    expect(read('README.md')).toContain('](docs/reliability.md)');
  });
});

describe('how long things are kept', () => {
  const pages = ['docs/deploy.md', 'docs/security.md', 'docs/operator.md'].map(
    (path) => [path, read(path)] as const,
  );

  test.each(pages)('%s says that point-in-time recovery keeps 35 days more', (_path, page) => {
    expect(page).toMatch(/35 days/);
  });

  test('is told with the most that DynamoDB takes to delete an expired item', () => {
    const [, chapter = ''] = security.split('## How long things are kept');
    expect(chapter.split('\n## ')[0]).toMatch(/within 48 hours/);
    const kept = security.split(/\n\n/).filter((paragraph) => /up to 26 hours\. /.test(paragraph));
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatch(/within 48 hours[\s\S]+35 days/);
  });
});
