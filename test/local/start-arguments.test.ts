import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

test.each([
  [
    ['--settings=page.json'],
    'npm used --settings itself: write two dashes first, as in npm start -- --settings ...',
  ],
  [['--port=4700', '--media-address=192.168.1.5'], 'npm used --port and --media-address itself'],
  [['--', '--setings', 'page.json'], "Unknown option '--setings'"],
])('npm start %j is refused with what to write, instead of starting without the option', (args, sentence) => {
  const { status, stderr } = spawnSync('npm', ['start', '--silent', ...args], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  expect(stderr).toContain(sentence);
  expect(stderr).toContain('npm start -- --');
  expect(status).toBe(1);
});
