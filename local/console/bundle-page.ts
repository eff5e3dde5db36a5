import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { officialWebSdk, webSdkPlugins } from './web-sdk-bundle.ts';

const COMMON = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  write: false,
  logLevel: 'silent',
  tsconfigRaw: {},
} as const satisfies BuildOptions;

async function oneFile(what: string, options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...COMMON, ...options, write: false });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made no bundle of ${what}`);
  return bundle.contents;
}

/**
 * A page's script or style sheet in one file, for a browser.
 * @param entry its entry file
 * @param webSdk the official bundle of the Web SDK; default: the one that `REJOIN_WEB_SDK` names, else the stand-in
 * @param sourcemap whether the file holds its source map
 * @throws Error of esbuild when it does not build
 */
export async function bundlePage(
  entry: URL,
  { webSdk, sourcemap = false }: { webSdk?: string | undefined; sourcemap?: boolean } = {},
): Promise<Uint8Array> {
  return oneFile(entry.pathname, {
    entryPoints: [fileURLToPath(entry)],
    format: 'esm',
    sourcemap: sourcemap && 'inline',
    plugins: webSdkPlugins(webSdk),
  });
}

/** What Amazon's script has besides. The stand-in is like version 1.2.0, and logs nothing. */
const STAND_IN = "export const VERSION = '1.2.0';\nexport const setLogLevel = () => {};";

/**
 * The Web SDK as a script that makes the global `gameliftstreams`, as Amazon's does, for pages of one's own.
 * @param webSdk the official bundle; default: the one that `REJOIN_WEB_SDK` names, else the stand-in
 * @throws Error of esbuild when it does not build
 */
export async function bundleWebSdk(webSdk: string | undefined = officialWebSdk()): Promise<Uint8Array> {
  return oneFile('the Web SDK', {
    stdin: {
      contents: `export * from './web-sdk.ts';\n${webSdk === undefined ? STAND_IN : ''}`,
      resolveDir: fileURLToPath(new URL('./page/', import.meta.url)),
    },
    format: 'iife',
    globalName: 'gameliftstreams',
    plugins: webSdkPlugins(webSdk),
  });
}
