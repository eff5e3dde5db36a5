/** Builds the code that Lambda runs from a function's entry file: one minified ES module with its dependencies. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const lambdas = join(import.meta.dirname, '..', '..', '..', 'lambdas');
/** The folder of a function's entry file. The probe is no route. */
const folderOf = (name: string) => (name === 'probe' ? join(lambdas, name) : join(lambdas, 'routes', name));

/** What Lambda loads: the handler, or what initializes it first. */
function entryOf(name: string): string {
  const initialized = join(folderOf(name), 'initialize.ts');
  return existsSync(initialized) ? initialized : join(folderOf(name), 'handler.ts');
}

/** The names of all functions: every route, and the probe. */
export function bundledFunctions(): string[] {
  return [...readdirSync(join(lambdas, 'routes')), 'probe'];
}

const shim = (file: string) => join(import.meta.dirname, 'shims', file);

/**
 * Bundles a route's `lambdas/routes/<name>/handler.ts`, with the `initialize.ts` beside it if there is one, or the `probe` into
 * `<directory>/index.mjs`.
 *
 * The AWS SDK is bundled at our pinned version. Its default credential chain is a third of the code. In Lambda it can find only
 * one thing, the role's keys in the environment, so a module that reads just these replaces it. The endpoint discovery cache
 * and the event streams, which we don't use, are replaced too, and so is a hash that brings its own code besides Node's.
 * There is no source map, which would slow down every cold start. The bundle depends on the sources alone, so to explain a
 * stack trace build the same commit with a map.
 *
 * @returns esbuild's metafile: the bytes in the bundle by source file
 * @throws {Error} with esbuild's messages when the code doesn't build
 */
export function bundle(name: string, directory: string) {
  return buildSync({
    entryPoints: [entryOf(name)],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // The output must not depend on files around the sources.
    tsconfigRaw: {},
    alias: {
      '@aws-sdk/credential-provider-node': shim('environment-credentials.ts'),
      'node:http': shim('node-http.ts'),
      '@smithy/core/event-streams': shim('event-streams.ts'),
      '@smithy/core/checksum': shim('checksum.ts'),
      '@aws-sdk/endpoint-cache': shim('endpoint-cache.ts'),
    },
    // The SDK's clients import their whole package.json for the version that they send as their user agent.
    loader: { '.json': 'empty' },
    legalComments: 'none',
    logLevel: 'error',
  }).metafile;
}

/**
 * The bundled code as an asset, named by the hash of the output. esbuild runs inside this process, which takes 0.1 s for a
 * function. A construct that spawns the command takes 1 s and may need Docker.
 */
export function bundledCode(name: string): Code {
  return Code.fromAsset(folderOf(name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The type requires it. CDK uses it only when `tryBundle` returns false, which never happens.
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
