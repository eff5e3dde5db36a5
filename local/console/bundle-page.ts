import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { webSdkPlugins } from './web-sdk-bundle.ts';

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
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: sourcemap && 'inline',
    write: false,
    logLevel: 'silent',
    tsconfigRaw: {},
    plugins: webSdkPlugins(webSdk),
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made no bundle of ${entry.pathname}`);
  return bundle.contents;
}
