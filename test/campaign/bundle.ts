/** Bundles the product's handlers as code that can run many times, each time in its own sandbox. */
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');

/** The functions of the player API. */
export const PLAYER_ROUTES = ['start', 'status', 'sessions', 'reconnect', 'terminate', 'recoveries'] as const;
/** The functions of the operator API. */
export const OPERATOR_ROUTES = [
  'operator-terminate',
  'operator-sessions',
  'operator-forget',
  'operator-brake',
  'operator-brake-status',
  'operator-shell',
] as const;
export type OperatorRoute = (typeof OPERATOR_ROUTES)[number];
export const ROUTES = [...PLAYER_ROUTES, ...OPERATOR_ROUTES] as const;
export type Route = (typeof ROUTES)[number];

export const isOperatorRoute = (route: Route): route is OperatorRoute => route.startsWith('operator-');

/** A planted bug: replaces a text of the product, to test that the campaign notices. The text must occur exactly once. */
export interface Patch {
  /** Path from the repository's root. */
  file: string;
  from: string;
  to: string;
}

/** A sandbox's code. Its arguments are its only access to time, chance and the environment. */
export type SandboxCode = (
  module: { exports: Record<string, unknown> },
  ...surroundings: readonly unknown[]
) => void;

/** The names of {@link SandboxCode}'s arguments inside a bundle, in their order. */
export const SURROUNDINGS = [
  'require',
  'Date',
  'Math',
  'performance',
  'setTimeout',
  'clearTimeout',
  'setImmediate',
  'AbortSignal',
  'process',
] as const;

/** The functions by their routes, and the shipped client. */
export type Code = Record<Route, SandboxCode> & { client: SandboxCode };

const CLIENT = join('client', 'src', 'index.ts');

function patched(path: string, source: string, patches: readonly Patch[], used: Set<Patch>): string {
  let text = source;
  for (const patch of patches.filter(({ file }) => file === path)) {
    if (text.split(patch.from).length !== 2) {
      throw new Error(`${path} has not exactly one "${patch.from}": write the patch anew.`);
    }
    text = text.replace(patch.from, () => patch.to);
    used.add(patch);
  }
  return text;
}

/**
 * Bundles the client, and each route's handler without the AWS SDK and Powertools: a sandbox provides stand-ins for their clients.
 *
 * @throws Error where a patch does not fit the sources
 */
export async function bundledRoutes(patches: readonly Patch[] = []): Promise<Code> {
  const used = new Set<Patch>();
  const made = await Promise.all(
    [...ROUTES, 'client' as const].map(async (route) => {
      const { outputFiles } = await build({
        entryPoints: [
          join(root, route === 'client' ? CLIENT : join('lambdas', 'routes', route, 'handler.ts')),
        ],
        bundle: true,
        write: false,
        platform: 'node',
        target: 'node24',
        format: 'cjs',
        external: ['@aws-sdk/*', '@aws-lambda-powertools/*'],
        logLevel: 'error',
        plugins: [
          {
            name: 'patches',
            setup({ onLoad }) {
              onLoad({ filter: /[\\/](lambdas|client|contract)[\\/].*\.ts$/ }, async ({ path }) => ({
                contents: patched(
                  relative(root, path).split(sep).join('/'),
                  await readFile(path, 'utf8'),
                  patches,
                  used,
                ),
                loader: 'ts',
              }));
            },
          },
        ],
      });
      const code = outputFiles[0]?.text ?? '';
      // A page gets its surroundings from its environment.
      const given = route === 'client' ? [] : SURROUNDINGS;
      return [route, new Function('module', ...given, code) as SandboxCode] as const;
    }),
  );
  const unused = patches.filter((patch) => !used.has(patch));
  if (unused.length > 0)
    throw new Error(`No function contains ${unused.map(({ file }) => file).join(', ')}.`);
  return Object.fromEntries(made) as unknown as Code;
}
