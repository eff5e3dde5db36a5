import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_SCOPE, PAGE_CLIENT_ID } from '../../local/identity/names.ts';
import { DEFAULT_BASE_PORT, portsFrom } from '../../local/ports.ts';
import { localSettings } from '../../local/settings.ts';
import { name, root } from './consumer.ts';

/* docs/your-page.md is followed, command by command, in test/long. This is what can be said at once. */

const page = join(root, 'client', 'examples', 'react-vite');
const read = (file: string) => readFileSync(join(page, file), 'utf8');
const ports = portsFrom(DEFAULT_BASE_PORT);

test('the React page is set up for what npm start prints, so that nothing has to be typed', () => {
  const values = Object.fromEntries(
    [...read('.env').matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  const { settings } = localSettings(ports);
  const [group] = settings.streamGroups as { id: string; applications: string[] }[];
  expect(values).toEqual({
    VITE_API: `http://127.0.0.1:${ports.api}`,
    VITE_ISSUER: `http://127.0.0.1:${ports.identity}`,
    VITE_CLIENT_ID: PAGE_CLIENT_ID,
    VITE_SCOPE: `openid ${DEFAULT_SCOPE}`,
    VITE_STREAM_GROUP: group?.id,
    VITE_APPLICATION: group?.applications[0],
    VITE_WEB_SDK: `http://127.0.0.1:${ports.console}/web-sdk.js`,
  });
});

test('the settings beside the React page list the one origin that it is served at, and sign-ins lead back there', () => {
  const [, port] = /port: (\d+), strictPort: true/.exec(read('vite.config.ts')) ?? [];
  const { redirectOrigins, notes } = localSettings(ports, { file: join(page, 'rejoin.json') });
  expect(redirectOrigins).toContain(`http://localhost:${port}`);
  expect(notes.length).toBeGreaterThan(0);
  // What docs/your-page.md shows of it.
  for (const note of notes) expect(readFileSync(join(root, 'docs', 'your-page.md'), 'utf8')).toContain(note);
});

test('the React page pins every package, and those that this repository has too to the same version', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
  const pinned: [string, string][] = Object.entries({ ...dependencies, ...devDependencies });
  for (const [of, version] of pinned) {
    expect(version, of).toMatch(/^\d+\.\d+\.\d+$/);
    if (of in own) expect(version, of).toBe(own[of]);
  }
  // The tarball is installed by the reader: it is not on npm.
  expect(Object.keys(dependencies)).not.toContain(name);
});
