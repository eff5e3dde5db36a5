import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import { createStream } from '../../client/src/index.ts';

const VERSIONS = join(import.meta.dirname, 'versions');

/** The versions that were kept when they were released, see `npm run freeze`. */
export const earlierVersions = readdirSync(VERSIONS).toSorted();

export const ROUTES = ['start', 'status', 'sessions', 'reconnect', 'terminate'] as const;
export type RouteName = (typeof ROUTES)[number];

type Handler = (event: object, context: object) => Promise<Record<string, unknown>>;
export type Functions = Readonly<Record<RouteName, Handler>>;

/** The functions of the player API and the client of one version. */
export interface Version {
  readonly name: string;
  readonly functions: Functions;
  readonly createStream: typeof createStream;
}

const settingsIn = (folder: string) => readFileSync(join(folder, 'settings.json'), 'utf8');

/** The sources of this checkout. The environment, but for `SETTINGS`, must be set. */
export async function thisVersion(): Promise<Version> {
  vi.stubEnv('SETTINGS', settingsIn(import.meta.dirname));
  const handlers = await Promise.all(
    ROUTES.map(async (name) => [name, (await import(`../../lambdas/routes/${name}/handler.ts`)).handler]),
  );
  return { name: 'this version', functions: Object.fromEntries(handlers), createStream };
}

/** An earlier version as it was released, with the settings that its deployment gave it. */
export async function earlierVersion(name: string): Promise<Version> {
  const folder = join(VERSIONS, name);
  const load = (file: string) => import(pathToFileURL(join(folder, file)).href);
  vi.stubEnv('SETTINGS', settingsIn(folder));
  const functions: Functions = await load('functions.js');
  return { name, functions, createStream: (await load('client.js')).createStream };
}
