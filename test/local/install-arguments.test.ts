import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pretend, type SmallCheckout, smallCheckout } from './small-checkout.ts';

const ARGUMENTS = [
  '--reason',
  'Ticket 4711: the player says "it froze"',
  '--subject',
  'auth0|5f7c',
  'a & b && c > d < e ^ f',
  '%PATH% !PATH! $HOME `id`',
  "it's",
  'C:\\games\\',
  'ends with a backslash and a space \\',
  '',
];

/**
 * What cmd.exe makes of `/d /s /c "line"`: unquoted `&` and `|` end a command, `<` and `>` redirect, `^` takes the next character as
 * it is, `%NAME%` is replaced; the program then splits the rest at spaces outside quotes. It runs the first command, as Windows would.
 */
const CMD = `
import { spawnSync } from 'node:child_process';
const line = process.argv.at(-1).slice(1, -1).replace(/%(\\w+)%/g, (all, name) => process.env[name] ?? all);
const words = [];
let word, quoted = false;
for (let at = 0; at < line.length; at += 1) {
  const character = line[at];
  if (character === '"') { quoted = !quoted; word ??= ''; continue; }
  if (!quoted && '&|<>'.includes(character)) break;
  if (!quoted && character === ' ') { if (word !== undefined) words.push(word); word = undefined; continue; }
  word = (word ?? '') + (!quoted && character === '^' ? line[++at] : character);
}
if (word !== undefined) words.push(word);
const { status } = spawnSync(words[0], words.slice(1), { stdio: 'inherit' });
process.exit(status ?? 1);
`;

let checkout: SmallCheckout;
beforeEach(() => {
  checkout = smallCheckout([]);
  checkout.write('node_modules/.package-lock.json', '{"packages":{}}');
  checkout.write('program.js', 'console.log(JSON.stringify(process.argv.slice(2)));');
  checkout.write('bin/cmd.mjs', CMD);
  checkout.write(
    'bin/cmd.exe',
    `#!/bin/sh\nexec "${process.execPath}" "${checkout.path}/bin/cmd.mjs" "$@"\n`,
  );
  chmodSync(join(checkout.path, 'bin', 'cmd.exe'), 0o755);
});
afterEach(() => checkout.remove());

describe('arguments reach the command as they were written', () => {
  test.each(['linux', 'darwin', 'win32'])('on %s', async (platform) => {
    const { code, stdout, stderr } = await checkout.run(
      [
        process.execPath,
        ...pretend(checkout, { platform }),
        'local/install.mjs',
        'node',
        'program.js',
        ...ARGUMENTS,
      ],
      { env: { PATH: `${join(checkout.path, 'bin')}${delimiter}${process.env.PATH}` } },
    );
    expect({ code, stderr, heard: JSON.parse(stdout || '[]') }).toEqual({
      code: 0,
      stderr: '',
      heard: ARGUMENTS,
    });
  });

  test.each(['linux', 'darwin', 'win32'])(
    'on %s through npm, whose command there is a batch file',
    async (platform) => {
      // Where Windows keeps it, beside npm.cmd.
      const npm = 'bin/node_modules/npm/bin/npm-cli.js';
      checkout.write(npm, 'console.log(JSON.stringify(process.argv.slice(2)));');
      const told = platform === 'win32' ? {} : { npm_execpath: join(checkout.path, npm) };
      const { code, stdout } = await checkout.run(
        [process.execPath, ...pretend(checkout, { platform }), 'local/install.mjs', 'npm', ...ARGUMENTS],
        { env: { ...told, PATH: `${join(checkout.path, 'bin')}${delimiter}${process.env.PATH}` } },
      );
      expect({ code, heard: JSON.parse(stdout || '[]') }).toEqual({ code: 0, heard: ARGUMENTS });
    },
  );
});
