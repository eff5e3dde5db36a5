import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Readable } from 'svelte/store';
import { afterAll, describe, expect, test } from 'vitest';
import type { Stream, StreamState } from '../../client/src/index.ts';
import { createFakeStream } from '../../client/src/testing.ts';
import { root, sourceAlias } from './consumer.ts';

// Inside the repository, so that the bundles find the frameworks.
const folder = mkdtempSync(join(root, 'node_modules', '.cache', 'examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads an example as a bundler would. */
async function load<T>(example: string): Promise<T> {
  const outfile = join(folder, `${example}.mjs`);
  await build({
    entryPoints: [join(root, 'client', 'examples', `${example}.ts`)],
    outfile,
    bundle: true,
    external: ['vue', 'svelte/store', 'vitest'],
    format: 'esm',
    platform: 'node',
    alias: sourceAlias,
  });
  return import(pathToFileURL(outfile).href);
}

test('the Vue example shows each state, and closes the stream with the component', async () => {
  const { effectScope, watchSyncEffect } = await import('vue');
  const { useStreamState } = await load<{
    useStreamState(stream: Stream<unknown>): { readonly value: StreamState };
  }>('vue');
  const fake = createFakeStream();
  const component = effectScope();
  const seen: string[] = [];
  component.run(() => {
    const state = useStreamState(fake.stream);
    watchSyncEffect(() => seen.push(state.value.name));
  });
  void fake.stream.start();
  fake.connect();
  fake.lose();
  expect(seen).toEqual(['idle', 'connecting', 'connected', 'reconnecting']);
  component.stop();
  expect(fake.stream.state).toMatchObject({ name: 'ended', reason: 'closed' });
});

test('the Svelte example is a store of the state, also for a component that subscribes late', async () => {
  const { get } = await import('svelte/store');
  const { streamState } = await load<{ streamState(stream: Stream<unknown>): Readable<StreamState> }>(
    'svelte',
  );
  const fake = createFakeStream();
  const state = streamState(fake.stream);
  void fake.stream.start();
  expect(get(state).name).toBe('connecting');
  const seen: string[] = [];
  const leave = state.subscribe(({ name }) => seen.push(name));
  fake.connect();
  leave();
  fake.lose();
  expect(seen.slice(-2)).toEqual(['connecting', 'connected']);
});

describe('the example of a page’s own unit tests', async () => {
  // Its tests are tests of this file.
  await load('testing');
});
