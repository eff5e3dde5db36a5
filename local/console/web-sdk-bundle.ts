import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** Names a file with an official bundle of Amazon's Web SDK, which may not be part of this repository. */
const VARIABLE = 'REJOIN_WEB_SDK';

/** The official bundle that pages are to use; undefined: they use the stand-in, `page/web-sdk.ts`. */
export function officialWebSdk(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = environment[VARIABLE];
  if (!given) return undefined;
  const path = resolve(given);
  if (!existsSync(path)) throw new Error(`${VARIABLE} names ${path}: there is no such file.`);
  return path;
}

/**
 * What esbuild needs to bundle a page with the official Web SDK in place of the stand-in. The bundle may be an ES module or the UMD
 * file of Amazon's download.
 * @param path of that file; default: the one that `REJOIN_WEB_SDK` names, if it does
 * @throws Error with a sentence when there is no such file
 */
export function webSdkPlugins(path = officialWebSdk()): Plugin[] {
  if (path === undefined) return [];
  return [
    {
      name: 'official-web-sdk',
      setup: (build) => build.onResolve({ filter: /\/web-sdk\.ts$/ }, () => ({ path })),
    },
  ];
}
