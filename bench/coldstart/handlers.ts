import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The handlers that reconnect a player, in the order of the report. */
export const WORKING = ['rejoin', 'plainBundle', 'unbundled'] as const;
export type WorkingKind = (typeof WORKING)[number];
/** All handlers that are imported. */
export type Kind = 'empty' | WorkingKind;

/**
 * The files to import.
 *
 * @param rejoin the directory of the bundle that would be deployed
 * @param directory where the others are built
 */
export function handlerFiles(rejoin: string, directory: string): Record<Kind, string> {
  const empty = join(directory, 'empty.mjs');
  writeFileSync(empty, 'export const handler = async () => ({ statusCode: 204 });\n');
  return {
    empty,
    rejoin: join(rejoin, 'index.mjs'),
    plainBundle: plainBundle(join(directory, 'plain.cjs')),
    unbundled: fileURLToPath(new URL('unbundled-handler.cjs', import.meta.url)),
  };
}

/** A file's size in thousands of bytes. */
export function sizeKB(file: string): number {
  return statSync(file).size / 1000;
}

/** The same code, bundled by esbuild's defaults for Node, minified. */
function plainBundle(outfile: string): string {
  buildSync({
    entryPoints: [fileURLToPath(new URL('../../lambdas/routes/reconnect/handler.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
  return outfile;
}
