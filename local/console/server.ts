import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundlePage, bundleWebSdk } from './bundle-page.ts';
import type { ConsoleConfig } from './config.ts';
import { contentSecurityPolicy } from './policy.ts';

const PAGE = new URL('./page/', import.meta.url);

interface ServedFile {
  type: string;
  body: string | Uint8Array;
  more?: Record<string, string>;
}

/** Options of the console; see {@link startConsole}. */
export interface ConsoleOptions {
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Address to listen on, 127.0.0.1 by default. */
  host?: string;
  /** The page's settings of the deployment. */
  config: ConsoleConfig;
  /** The official bundle of the Web SDK; default: the one that `REJOIN_WEB_SDK` names, else the stand-in. */
  webSdk?: string | undefined;
}

/**
 * Bundles the page's script and serves the page; resolves once it does. The paths are a fixed list: no part of a
 * request ever becomes a file name.
 *
 * @throws Error of node:net when the port is taken (`code` EADDRINUSE), or of esbuild when the page doesn't build.
 */
export async function startConsole(
  options: ConsoleOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { port, host = '127.0.0.1', config, webSdk } = options;
  // With a source map inside: this page is for developers.
  const bundled = (entry: string) => bundlePage(new URL(entry, PAGE), { webSdk, sourcemap: true });
  const files = new Map<string, ServedFile>([
    ['/', { type: 'text/html; charset=utf-8', body: await readFile(new URL('index.html', PAGE)) }],
    ['/style.css', { type: 'text/css; charset=utf-8', body: await bundled('style.css') }],
    ['/icon.svg', { type: 'image/svg+xml', body: await readFile(new URL('icon.svg', PAGE)) }],
    ['/main.js', { type: 'text/javascript; charset=utf-8', body: await bundled('main.ts') }],
    // For pages of one's own, which are on other origins.
    [
      '/web-sdk.js',
      {
        type: 'text/javascript; charset=utf-8',
        body: await bundleWebSdk(webSdk),
        more: { 'cross-origin-resource-policy': 'cross-origin', 'access-control-allow-origin': '*' },
      },
    ],
    ['/config.json', { type: 'application/json', body: JSON.stringify(config) }],
  ]);
  const common = {
    'content-security-policy': contentSecurityPolicy(config),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };

  const server = createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const file = files.get(path);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...common, allow: 'GET, HEAD' }).end();
    } else if (file === undefined) {
      response
        .writeHead(404, { ...common, 'content-type': 'text/plain' })
        .end('There is no such page here.\n');
    } else {
      response.writeHead(200, { ...common, ...file.more, 'content-type': file.type });
      response.end(request.method === 'HEAD' ? undefined : file.body);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
