import { request } from 'node:http';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleConfig } from '../../../local/console/config.ts';
import { contentSecurityPolicy } from '../../../local/console/policy.ts';
import { startConsole } from '../../../local/console/server.ts';

const config: ConsoleConfig = {
  deployment: 'local console',
  api: 'http://127.0.0.1:4401',
  identity: 'http://127.0.0.1:4402',
  clientId: 'rejoin-console',
  scope: 'rejoin/play',
  endpoints: {
    authorization: 'http://127.0.0.1:4402/auth',
    token: 'http://127.0.0.1:4402/token',
    namesItself: true,
  },
  gameLiftStreams: 'http://127.0.0.1:4403',
  streamGroupId: 'sg-1AB2C3De4',
  application: 'a-9ZY8X7Wv6',
};
let page: Awaited<ReturnType<typeof startConsole>>;

beforeAll(async () => {
  page = await startConsole({ port: 0, config });
});
afterAll(() => page.close());

/** Sends a path exactly as written; fetch would normalize it first. */
function raw(path: string, method = 'GET'): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request({ ...addressOf(page.url), path, method }, async (response) => {
      let body = '';
      for await (const part of response) body += part;
      resolve({ status: response.statusCode, body });
    })
      .on('error', reject)
      .end();
  });
}

function addressOf(url: string) {
  const { hostname, port } = new URL(url);
  return { hostname, port };
}

describe('the console’s server', () => {
  test('serves every file that the page names, with a type that nosniff allows', async () => {
    const html = await (await fetch(page.url)).text();
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);

    const types = await Promise.all(
      named.map(async (path) => {
        const response = await fetch(`${page.url}${path}`);
        return [path, response.status, response.headers.get('content-type')];
      }),
    );

    expect(types).toEqual([
      ['/icon.svg', 200, 'image/svg+xml'],
      ['/style.css', 200, 'text/css; charset=utf-8'],
      ['/main.js', 200, 'text/javascript; charset=utf-8'],
    ]);
  });

  test('serves the script as one file, since a browser resolves no bare import and no .ts', async () => {
    const script = await (await fetch(`${page.url}/main.js`)).text();

    expect(script.length).toBeGreaterThan(1000);
    expect(script.split('//# sourceMappingURL')[0]).not.toMatch(/^\s*(import|export)\s.*from\s/m);
  });

  test('serves the style sheet as one file, the only one that the page’s policy allows', async () => {
    const style = await (await fetch(`${page.url}/style.css`)).text();

    expect(style).toContain('[hidden]');
    expect(style.split('/*# sourceMappingURL')[0]).not.toMatch(/@import/);
  });

  test('serves the page’s settings of the deployment at /config.json', async () => {
    expect(await (await fetch(`${page.url}/config.json`)).json()).toEqual(config);
  });

  test('serves the Web SDK to pages of other origins, as a script that makes the global that Amazon’s script makes', async () => {
    const response = await fetch(`${page.url}/web-sdk.js`);
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const scope = createContext({});
    runInContext(await response.text(), scope);
    expect(Object.keys(scope)).toEqual(['gameliftstreams']);
    expect(Object.keys(scope.gameliftstreams).toSorted()).toEqual([
      'GameLiftStreams',
      'VERSION',
      'setLogLevel',
    ]);
  });

  test('serves the page at / with a query, to which a sign-in comes back', async () => {
    expect((await raw('/?code=x&state=y')).status).toBe(200);
  });
});

describe('the console’s policy', () => {
  test('allows the three services and nothing else', async () => {
    const policy = (await fetch(page.url)).headers.get('content-security-policy') ?? '';

    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self' http://127.0.0.1:4403",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self' http://127.0.0.1:4401 http://127.0.0.1:4402 http://127.0.0.1:4403",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test.each([
    ['https://abc123.execute-api.us-west-2.amazonaws.com', "script-src 'self' https:;"],
    ['http://127.0.0.1:4401', "script-src 'self' http://127.0.0.1:*;"],
  ])(
    'lets the Web SDK load its input module from where the stream of a deployed %s comes from',
    (api, rule) => {
      const { gameLiftStreams: _, ...deployed } = config;
      expect(contentSecurityPolicy({ ...deployed, api })).toContain(rule);
    },
  );

  test('is kept by the page: it has no inline script, style or handler', async () => {
    const html = await (await fetch(page.url)).text();

    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });
});

describe('the console’s server refuses', () => {
  test.each([
    '/../server.ts',
    '/..%2fserver.ts',
    '/%2e%2e/server.ts',
    '//etc/passwd',
    '/main.ts',
    '/page/main.ts',
    '/constructor',
    '/..\\..\\package.json',
  ])('%s, which is not a file of the page', async (path) => {
    const { status, body } = await raw(path);

    expect(status).toBe(404);
    expect(body).toBe('There is no such page here.\n');
  });

  test('every method but GET and HEAD', async () => {
    expect((await raw('/', 'POST')).status).toBe(405);
    expect(await raw('/', 'HEAD')).toEqual({ status: 200, body: '' });
  });

  test('to start on a port in use', async () => {
    const port = Number(new URL(page.url).port);

    await expect(startConsole({ port, config })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
