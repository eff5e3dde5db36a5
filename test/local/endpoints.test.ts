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
/** The parent of this test lives longer than the test. No process has the largest possible id. */
const ALIVE = process.ppid;
const DEAD = 2 ** 30;

test('a second deployment in a checkout is refused, and the first one stays ready', () => {
  writeEndpoints(directory, of(ALIVE));
  expect(() => requireOwnDirectory(directory)).toThrow('running already: its page is http://127.0.0.1:4600/');
  removeEndpoints(directory);
  expect(readEndpoints(directory).pid).toBe(ALIVE);
});

test('the endpoints file of a killed deployment does not stop the next one, and does not count as ready', () => {
  writeEndpoints(directory, of(DEAD));
  expect(() => requireOwnDirectory(directory)).not.toThrow();
  expect(() => readEndpoints(directory)).toThrow('The local deployment is not running');
});

test('a deployment that has ended is not ready any more', () => {
  writeEndpoints(directory, of(process.pid));
  expect(readEndpoints(directory).pid).toBe(process.pid);
  removeEndpoints(directory);
  expect(() => readEndpoints(directory)).toThrow('npm start');
});
