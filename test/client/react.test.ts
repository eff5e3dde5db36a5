import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { root, sourceAlias } from './consumer.ts';

test('the React example renders on a server, where there is neither a document nor a stream', async () => {
  // Inside the repository, so that the bundle finds React.
  const directory = mkdtempSync(join(root, 'node_modules', '.cache', 'react-example-'));
  try {
    const outfile = join(directory, 'page.mjs');
    await build({
      stdin: {
        contents: `
          import { createElement, StrictMode } from 'react';
          import { renderToString } from 'react-dom/server';
          import { Game } from './client/examples/react.tsx';
          export const html = renderToString(createElement(StrictMode, null, createElement(Game)));`,
        resolveDir: root,
        loader: 'ts',
      },
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      jsx: 'automatic',
      alias: sourceAlias,
      plugins: [
        {
          name: 'a server has no elements',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /page-parts/ }, () => ({ path: 'page-parts', namespace: 'server' }));
            onLoad({ filter: /.*/, namespace: 'server' }, () => ({
              contents: 'export const accessToken = () => undefined;',
            }));
          },
        },
      ],
    });
    const { html } = (await import(pathToFileURL(outfile).href)) as { html: string };
    expect(html).toContain('<video autoPlay="" muted="" playsInline=""');
    expect(html).toContain('Play</button>');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
