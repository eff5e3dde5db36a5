import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Endpoints,
  readEndpoints,
  removeEndpoints,
  requireOwnDirectory,
  writeEndpoints,
} from '../../local/endpoints.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-endpoints-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const of = (pid: number) => ({ console: 'http://127.0.0.1:4600', pid }) as Endpoints;
/** The parent of this test lives longer than it does; no process has the largest number there can be. */
const ALIVE = process.ppid;
const DEAD = 2 ** 30;

test('a second start in a checkout is refused, and the first one stays ready', () => {
  writeEndpoints(directory, of(ALIVE));
  expect(() => requireOwnDirectory(directory)).toThrow('running already: its page is http://127.0.0.1:4600/');
  removeEndpoints(directory);
  expect(readEndpoints(directory).pid).toBe(ALIVE);
});

test('what a killed deployment left behind neither keeps the next one out nor counts as ready', () => {
  writeEndpoints(directory, of(DEAD));
  expect(() => requireOwnDirectory(directory)).not.toThrow();
  expect(() => readEndpoints(directory)).toThrow('The local deployment is not running');
});

test('a deployment that ends is ready no more', () => {
  writeEndpoints(directory, of(process.pid));
  expect(readEndpoints(directory).pid).toBe(process.pid);
  removeEndpoints(directory);
  expect(() => readEndpoints(directory)).toThrow('npm start');
});
