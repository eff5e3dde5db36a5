import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from '../../bench/browser/chromium.ts';
import { freeBasePort } from '../../local/ports.ts';
import { inChromium } from '../browser/in-chromium.ts';
import { root } from '../client/consumer.ts';
import { eventually } from '../e2e/harness.ts';
import { ASKS_FOR_MS } from '../patience.ts';
import { type Stranger, stranger } from './own-page.ts';

const doc = readFileSync(join(root, 'docs', 'your-page.md'), 'utf8');

interface Seen {
  connections: number;
  status: string;
}

/** A developer who has docs/your-page.md and nothing else. Each test is the next step. */
inChromium('a stranger who follows docs/your-page.md', () => {
  let one: Stranger;
  let browser: Browser;
  let context: BrowserContext | undefined;
  let page: Page;
  /** What the browser's console and its network tools show. */
  let heard: string[] = [];

  beforeAll(async () => {
    one = await stranger();
    browser = await launch();
    await visit();
  });
  afterAll(async () => {
    await browser?.close();
    await one?.remove();
  });

  // Without the step before, each one would wait in vain, for minutes.
  let failed = false;
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail';
  });
  beforeEach(({ skip }) => skip(failed, 'An earlier step failed.'));

  /** Opens a browser in which nobody is signed in, unless it is given what a page kept. */
  async function visit(origin = one.origin, storage = '{}'): Promise<void> {
    await context?.close();
    context = await browser.newContext();
    context.setDefaultTimeout(ASKS_FOR_MS);
    await context.grantPermissions(['camera', 'microphone'], { origin });
    await context.addInitScript(`Object.assign(sessionStorage, ${storage})`);
    heard = [];
    page = await context.newPage();
    page.on('pageerror', ({ message }) => heard.push(message));
    page.on('console', (message) => heard.push(message.text()));
    page.on('response', (response) => heard.push(response.headers()['www-authenticate'] ?? ''));
  }

  const press = (name: string) => page.getByRole('button', { name }).click();
  /** Asks a page that may just be on its way to the provider or back. */
  const text = () => page.evaluate<string>('document.body.innerText').catch(() => '');
  const shows = (part: string | RegExp) =>
    eventually(text, (now) => (typeof part === 'string' ? now.includes(part) : part.test(now)));
  const count = async (event: string) => (await text()).split(` ${event}`).length - 1;
  const frames = () =>
    page.evaluate<number>("document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames");
  const plays = async () => {
    await shows(/^connected to /m);
    const before = await frames();
    await eventually(frames, (now) => now > before + 10 || (now < before && now > 10));
  };
  const giveName = async (name = 'alice') => {
    await page.getByRole('textbox').fill(name);
    await press('Sign in');
  };
  const signIn = async (name?: string) => {
    await page.goto(one.origin);
    await press('Sign in');
    await giveName(name);
    await shows('Back to my game');
  };
  const emulator = async (path: string, method = 'GET', body?: object) => {
    const response = await fetch(`${one.emulator}/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return response.json();
  };
  const sessions = () => emulator('streamsessions') as Promise<Seen[]>;
  const connections = async () => (await sessions()).map((session) => session.connections);
  /** When AWS notices a loss. On a busy machine a client may be silent for long, and that is none. */
  const notices = (lossNoticeSeconds: number) =>
    emulator('settings', 'PUT', { lossNoticeSeconds, clientSilenceSeconds: 30 });

  it('has the page and the packed client in a folder outside the checkout', async () => {
    expect(await one.run('the page')).toMatch(/rejoin-client-[\d.]+\.tgz[\s\S]*added \d+ packages/);
    one.usePorts();
    const { dependencies } = JSON.parse(readFileSync(join(one.folder, 'package.json'), 'utf8'));
    expect(dependencies['rejoin-client']).toMatch(/^file:rejoin-client-.+\.tgz$/);
  });

  it('starts the deployment with the page’s settings, and is told all that the page’s own file has', async () => {
    const said = await one.begin('the deployment', /Ctrl-C stops everything/);
    const [, shown = ''] = /\n```\n( +streamGroups[\s\S]*?)```/.exec(doc) ?? [];
    const lines = one
      .here(shown)
      .split('\n')
      .filter((line) => line.trim() !== '' && line.trim() !== '...');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(said).toContain(line);
    const env = readFileSync(join(one.folder, '.env'), 'utf8');
    for (const [, value = ''] of env.matchAll(/^VITE_(?:API|ISSUER|CLIENT_ID|SCOPE|WEB_SDK)=(.*)$/gm)) {
      expect(said).toContain(` ${value}\n`);
    }
  });

  it('signs in at the deployment’s own provider, and plays', async () => {
    // A busy machine takes a blackout of four seconds for a longer one, and the stream must not be replaced then.
    await notices(120);
    await one.begin('the first stream', /Local:/);
    await signIn();
    await press('Play');
    await plays();
    expect(await connections()).toEqual([1]);
  });

  it('cuts the network for four seconds, and the stream heals', async () => {
    await one.run('a short cut');
    await shows(/ healed after \d/);
    await plays();
    expect(await connections()).toEqual([1]);
  });

  it('loses all packets of a connection, and gets a new one to the same session', async () => {
    await notices(0);
    const before = await count('first_frame');
    await one.run('a real loss');
    await eventually(
      () => count('first_frame'),
      (now) => now > before,
    );
    await plays();
    const [made = 0, ...others] = await connections();
    expect([made >= 2, others]).toEqual([true, []]);
  });

  it('reloads the page, is still signed in, and finds the way back', async () => {
    const [before = 0] = await connections();
    await page.reload();
    await press('Back to my game');
    await plays();
    const [after = 0, ...others] = await connections();
    expect([after > before, others]).toEqual([true, []]);
  });

  it('ends the session', async () => {
    await press('End');
    await shows('ended_by_player');
    await eventually(sessions, ([session]) => session?.status === 'TERMINATED');
  });

  describe('makes a mistake, and sees what the table says:', () => {
    const [, table = ''] = /<!-- mistakes: made by the tests -->\n([\s\S]*?)\n\n/.exec(doc) ?? [];
    const rows = table
      .split('\n')
      .slice(2)
      .map((line) => line.slice(1, -1).split(' | '))
      .map(([mistake = '', sees = '']) => ({
        mistake: mistake.trim(),
        // All but these two names are in the page, or in the browser's tools.
        sees: [...sees.matchAll(/`([^`]+)`/g)]
          .map(([, quoted = '']) => quoted)
          .filter((quoted) => !/^(createStream|www-authenticate)$/.test(quoted)),
      }));

    const edit = (file: string, from: string, to: string) => ({ file, from, to });
    /** What is wrong in which file. Without one, the page is served at a port that the settings do not list. */
    const EDITS: Record<string, ReturnType<typeof edit> | undefined> = {
      'wrong audience: `accessToken()` returns `id_token`': edit(
        'src/sign-in.ts',
        'return user.access_token',
        'return user.id_token',
      ),
      'the token lacks the scope: `VITE_SCOPE=openid`': edit('.env', 'openid rejoin/play', 'openid'),
      'unlisted origin, at the sign-in': undefined,
      'unlisted origin, at the API, where the player is signed in': undefined,
      '`/v1` in `api`': edit('src/game.tsx', 'api: VITE_API', "api: VITE_API.concat('/v1')"),
      '`getAccessToken` throws': edit(
        'src/sign-in.ts',
        'if (!fresh &&',
        "if (user) throw new Error('my own mistake');\n  if (!fresh &&",
      ),
      'another application: `VITE_APPLICATION=a-other`': edit('.env', 'a-local', 'a-other'),
      "the Web SDK's script is not there": edit('.env', '/web-sdk.js', '/websdk.js'),
      'another client: `VITE_CLIENT_ID=my-client`': edit('.env', 'rejoin-console', 'my-client'),
    };
    const AT_THE_SIGN_IN = ['unlisted origin, at the sign-in', 'another client: `VITE_CLIENT_ID=my-client`'];

    it('all of them', () => {
      expect(rows.map(({ mistake }) => mistake)).toEqual(Object.keys(EDITS));
      for (const { sees } of rows) expect(sees).not.toEqual([]);
    });

    it.each(rows)('$mistake', async ({ mistake, sees }) => {
      const port = new URL(one.origin).port;
      const unlisted = String(await freeBasePort());
      const { file, from, to } = EDITS[mistake] ?? edit('vite.config.ts', port, unlisted);
      const origin = from === port ? one.origin.replace(port, unlisted) : one.origin;
      const isSignedIn = mistake.endsWith('signed in');
      const signedIn = isSignedIn ? await storageOf() : '{}';
      const restore = one.edit(file, from, to);
      try {
        await one.begin('the first stream', /Local:/);
        await visit(origin, signedIn);
        await page.goto(origin);
        if (!isSignedIn) await press('Sign in');
        if (!isSignedIn && !AT_THE_SIGN_IN.includes(mistake)) await giveName();
        if (!AT_THE_SIGN_IN.includes(mistake) && mistake !== '`/v1` in `api`') await press('Play');
        const all = async () => [await text(), ...heard].join('\n');
        const wanted = sees.map(one.here);
        await eventually(all, (now) => wanted.every((part) => now.includes(part)));
      } finally {
        restore();
      }
    });

    /** What the page keeps of a player who is signed in. */
    async function storageOf(): Promise<string> {
      await one.begin('the first stream', /Local:/);
      await visit();
      await signIn();
      return page.evaluate<string>('JSON.stringify({ ...sessionStorage })');
    }
  });

  it('builds the page under strict types, and plays in what was built', async () => {
    await one.stop('the first stream');
    await one.begin('the build', /Local:/);
    await visit();
    // Another player: the first one's session may still live.
    await signIn('bob');
    await press('Play');
    await plays();
    await press('End');
    await shows('ended_by_player');
  });
});
