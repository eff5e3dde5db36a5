import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../operator/doctor/arguments.ts';
import { runScript, scripts } from '../scripts.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  ...readdirSync(root),
  'client/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

const ours = /^(npm (start|test|run|pack)\b ?|npx |node client|\.ci\/run|REJOIN_)/;

/** Scripts of the page in docs/your-page.md, which is a project of its own. */
const pageScripts: Readonly<Record<string, string>> = JSON.parse(
  read('client/examples/react-vite/package.json'),
).scripts;

/** The commands of this repository on a page: in its shell blocks and in its text. */
function commandsOf(page: string): string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, code = '']) =>
    code.split('\n').flatMap((line) => line.replace(/ +# .*$/, '').split(' && ')),
  );
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...blocks, ...spans].map((command) => command.trim()).filter((command) => ours.test(command));
}

const commands = [...new Set(pages.flatMap(commandsOf))];

/** Commands that another test runs: `[pattern, file of the test, text in that file]`. */
const ELSEWHERE: [RegExp, string, string][] = [
  [/^npm start$/, 'test/e2e/npm-start.test.ts', "'npm start"],
  [/^npm run --silent token -- alice$/, 'test/e2e/npm-start.test.ts', "'npm run --silent token -- alice'"],
  [
    /^npm run --silent operator -- sessions --subject alice --local$/,
    'test/e2e/npm-start.test.ts',
    '-- sessions --subject alice --local',
  ],
  [
    /^npm run --silent operator --/,
    'test/operator/operator-docs.test.ts',
    'shows commands that this command line takes',
  ],
  [/^npx cdk synth( --quiet)?$/, 'test/infra/cli.test.ts', "'synth'"],
  // `npm pack` builds first.
  [/^(node client\/build\.mjs|npm pack\))$/, 'test/client/package.test.ts', '`(cd client && npm pack)`'],
  [/^REJOIN_WEB_SDK(=FILE)?$/, 'test/local/console/web-sdk-bundle.test.ts', 'REJOIN_WEB_SDK'],
  // Against AWS; the test plays at the local deployment.
  [/^npm run play( -- --stack Trial .*)?$/, 'test/browser/play.test.ts', 'checks without hands'],
  [
    /^npm run conformance( -- --stream-group .*)?$/,
    'test/long/conformance.test.ts',
    'finds out the emulator’s settings',
  ],
  [/^REJOIN_AS(=FILE)?$/, 'test/local/measured-settings.test.ts', 'is REJOIN_AS for the benches'],
  [/^npm start -- --as /, 'test/local/measured-settings.test.ts', 'gives the emulator what was measured'],
  [
    /^npm run --silent token -- alice --claims /,
    'test/e2e/npm-start.test.ts',
    'token -- alice --claims {"plan":"gold"}',
  ],
  // The test does what the page says, outside the checkout, with the page's own commands.
  [
    /^npm (start -- (--settings|--port 4700 …)|pack --ignore-scripts=false|run (dev|build|preview)$)/,
    'test/long/your-page.test.ts',
    'a stranger who follows docs/your-page.md',
  ],
  // The same deployment, started by the test with the address of its machine.
  [/^npm start -- --media-address /, 'test/firefox/firefox.test.ts', 'mediaAddress'],
  // The test runs the tarball's command where it is installed.
  [/^npx rejoin-emulator$/, 'release/tries/emulator.mjs', "spawn('npx', ['rejoin-emulator'"],
  // The tag of the page is no released one: the test asks for one that CHANGELOG.md does not have.
  [
    /^npm run pack:all( -- --tag v0\.2\.0)?$/,
    'test/long/packages.test.ts',
    'npm run pack:all packs every package',
  ],
  // The test names a folder that does not exist; a run over one that does takes minutes.
  [
    /^npm run mutation( -- (lambdas|client)[\w./ -]*)?$/,
    'test/mutation/mutation.test.ts',
    'npm run mutation -- lambdas/limit',
  ],
  [
    /^npm run soak( -- --minutes 10)?$/,
    'test/soak/soak.test.ts',
    'npm run soak -- --minutes 10 has a short form',
  ],
  // The tests of the campaign run other seeds of the same.
  [/^npm run campaign -- --seeds \d+( --from \d+)?$/, 'test/campaign/campaign.test.ts', 'npm run campaign'],
  [/^npm run freeze$/, 'test/release/release.test.ts', 'npm run freeze keeps the functions'],
  [/^npm run generate$/, 'test/contract/generate.test.ts', 'npm run generate'],
];

/** These run in an AWS account. `documents.test.ts` checks that the CDK has the command and its options. */
const inAnAccount = /^npx cdk (bootstrap|diff|deploy|destroy)\b/;
/** These run the tests, this one too. */
const tests =
  /^(npm test( -- test\/lambdas)?|npm run (test:all|test:firefox|test:busy -- --minutes 45|check|format)|\.ci\/run|(REJOIN_SLOW_SECONDS=600 )?npx vitest run --config \S+ .*)$/;
const help = /^npm (start|test|run [\w:]+) -- --help$/;
const bench = /^npm run bench -- (\w+)(.*)$/;
const doctor = /^npm run doctor(?: -- (.*))?$/;

describe('a command that a page shows', () => {
  test('has a test that runs it, or a reason here why not', () => {
    expect(commands.length).toBeGreaterThan(20);
    const known = [
      ...ELSEWHERE.map(([pattern]) => pattern),
      inAnAccount,
      tests,
      help,
      bench,
      doctor,
      /^npm run bench$/,
    ];
    expect(commands.filter((command) => !known.some((pattern) => pattern.test(command)))).toEqual([]);
  });

  test.each(ELSEWHERE)('%s is shown, and %s runs it', (pattern, file, says) => {
    expect(commands.some((command) => pattern.test(command))).toBe(true);
    expect(read(file)).toContain(says);
  });

  test.each(commands.filter((command) => help.test(command)))('%s prints its usage', async (command) => {
    const { code, stdout, stderr } = await runScript(command);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--help');
  });

  test.each(commands.filter((command) => bench.test(command)))(
    '%s names a bench and options that exist',
    async (command) => {
      const [, name = '', options = ''] = bench.exec(command) ?? [];
      const { code, stdout } = await runScript(
        name === 'NAME' ? 'npm run bench -- --help' : `npm run bench -- ${name} --help`,
      );
      expect(code).toBe(0);
      // Every bench has --help, as the call above shows.
      for (const [option] of options.replace('--help', '').matchAll(/--[a-z-]+/g)) {
        expect(stdout).toContain(option);
      }
    },
  );

  test.each(commands.filter((command) => doctor.test(command)))(
    '%s has arguments that the doctor accepts',
    (command) => {
      const args = doctor.exec(command)?.[1]?.split(' ') ?? [];
      expect(() => readArguments(args)).not.toThrow();
    },
  );

  test('names only scripts and files that exist', () => {
    for (const command of commands) {
      const script = /^npm (?!pack\b)(?:run (?:--silent )?)?([\w:]+)/.exec(command)?.[1];
      if (script !== undefined) expect({ ...pageScripts, ...scripts }).toHaveProperty(script);
      for (const [file] of command.matchAll(/\b(?:test|client)\/[\w./-]+/g))
        expect(existsSync(join(root, file))).toBe(true);
    }
  });
});
