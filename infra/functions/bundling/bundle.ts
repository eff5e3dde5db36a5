/** From a function's entry file to the code that Lambda runs: one minified ES module, dependencies included. */
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const routes = join(import.meta.dirname, '..', '..', '..', 'lambdas', 'routes');
const shim = (file: string) => join(import.meta.dirname, 'shims', file);

/**
 * Bundles `lambdas/routes/<name>/handler.ts` into `<directory>/index.mjs`.
 *
 * The AWS SDK is bundled at our pinned version. Its default credential chain is a third of the code and can only ever
 * find one thing in Lambda, the role's keys in the environment, so a module that reads just these takes its place.
 * The cache of the endpoint discovery and the event streams that we don't use go the same way.
 * There is no source map: the bundle depends on nothing but the sources, so building the same commit with a map
 * explains any stack trace, and no cold start pays for it.
 *
 * @returns esbuild's record of what went in, in bytes by source file
 * @throws {Error} with esbuild's messages when the code doesn't build
 */
export function bundle(name: string, directory: string) {
  return buildSync({
    entryPoints: [join(routes, name, 'handler.ts')],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Bytes must not depend on what lies around the sources.
    tsconfigRaw: {},
    alias: {
      '@aws-sdk/credential-provider-node': shim('environment-credentials.ts'),
      'node:http': shim('node-http.ts'),
      '@smithy/core/event-streams': shim('event-streams.ts'),
      '@aws-sdk/endpoint-cache': shim('endpoint-cache.ts'),
    },
    legalComments: 'none',
    logLevel: 'error',
  }).metafile;
}

/**
 * The bundled code as an asset named by the hash of what was built. esbuild runs inside this process, which takes a
 * tenth of a second a function where a construct that spawns the command takes one, and needs no Docker.
 */
export function bundledCode(name: string): Code {
  return Code.fromAsset(join(routes, name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required by the type, used only when `tryBundle` declines, which it never does.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(directory) {
          bundle(name, directory);
          return true;
        },
      },
    },
  });
}
