import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../../infra/functions/bundling/bundle.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';

/** The most that a function's bundle may have, in thousands of bytes: a little above what it has. */
const gates: Readonly<Record<string, number>> = {
  start: 295,
  status: 277,
  sessions: 226,
  reconnect: 295,
  terminate: 277,
  'operator-shell': 271,
  'operator-sessions': 227,
  'operator-terminate': 272,
};

/** Above this no gate may be: a cold start reads, parses and compiles every byte. */
const mostKB = 300;
/** A gate so far above its bundle would let something large in unseen. */
const slackKB = 12;

/** Thousands of bytes in the bundle by where they come from: a package, or a folder of ours. */
type Parts = ReadonlyMap<string, number>;

const routes = [...playerRoutes, ...operatorRoutes].map(({ name }) => name);
const measured = new Map<string, Parts>();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-size-'));
  for (const name of routes) measured.set(name, partsOf(name));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** `node_modules/@smithy/core/dist/x.js` is of `@smithy/core`, `lambdas/edge/x.ts` of `lambdas/dynamodb`. */
function originOf(path: string): string {
  const [, packaged] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return packaged ?? path.replace(/^.*(lambdas\/[^/]+)\/.*$/, '$1');
}

function partsOf(name: string): Parts {
  const parts = new Map<string, number>();
  for (const output of Object.values(bundle(name, join(directory, name)).outputs)) {
    const wrapping = Object.values(output.inputs).reduce(
      (left, each) => left - each.bytesInOutput,
      output.bytes,
    );
    parts.set('esbuild', (parts.get('esbuild') ?? 0) + wrapping / 1000);
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const origin = originOf(path);
      parts.set(origin, (parts.get(origin) ?? 0) + bytesInOutput / 1000);
    }
  }
  return parts;
}

const sizeOf = (parts: Parts) => [...parts.values()].reduce((sum, kb) => sum + kb, 0);

/** What is wrong with a bundle's size, in sentences that say what to do; undefined where nothing is. */
function complaint(name: string, parts: Parts, gate: number | undefined): string | undefined {
  const size = sizeOf(parts);
  if (gate === undefined) {
    return `${name} has no gate: write "${name}: ${Math.ceil(size * 1.02)}" into the table of this test`;
  }
  if (size > gate) {
    const largest = [...parts].toSorted(([, one], [, other]) => other - one).slice(0, 12);
    const list = largest.map(([origin, kb]) => `  ${kb.toFixed(1).padStart(6)} KB  ${origin}`).join('\n');
    return `${name} has ${size.toFixed(1)} KB, ${(size - gate).toFixed(1)} more than its gate of ${gate}. It is made of
${list}
Find what came in (the same list of the commit before), and leave out what no request needs: see the aliases of
infra/functions/bundling/bundle.ts. What is worth its time (npm run bench -- coldstart) gets a higher gate in the table of this test.`;
  }
  if (gate - size > slackKB) {
    return `${name} has ${size.toFixed(1)} KB, far less than its gate of ${gate}: write ${Math.ceil(size * 1.02)} into the table of this test`;
  }
  return undefined;
}

describe('a cold start gets no longer unnoticed', () => {
  test.each(routes)('by what %s has grown', (name) => {
    expect(complaint(name, measured.get(name) ?? new Map(), gates[name])).toBeUndefined();
  });

  test('by a function that nobody measures, or a gate that is above what a cold start can afford', () => {
    expect(Object.keys(gates)).toEqual(routes);
    for (const gate of Object.values(gates)) expect(gate).toBeLessThanOrEqual(mostKB);
  });
});

describe('whoever made a bundle grow', () => {
  const parts = new Map([
    ['lambdas/sessions', 20],
    ['left-pad', 50],
    ['@smithy/core', 40],
  ]);

  test('reads which function it is, by how much, what is in it from the largest on, and what to do', () => {
    const said = complaint('reconnect', parts, 100)?.split('\n') ?? [];
    expect(said[0]).toBe('reconnect has 110.0 KB, 10.0 more than its gate of 100. It is made of');
    expect(said.slice(1, 4).map((line) => line.trim())).toEqual([
      '50.0 KB  left-pad',
      '40.0 KB  @smithy/core',
      '20.0 KB  lambdas/sessions',
    ]);
    expect(said.slice(4).join(' ')).toContain('gets a higher gate in the table of this test');
  });

  test('is told of a gate that is missing or far too high, and hears nothing of one that fits', () => {
    expect(complaint('lobby', parts, undefined)).toMatch(/^lobby has no gate: write "lobby: 113"/);
    expect(complaint('start', parts, 130)).toMatch(
      /^start has 110.0 KB, far less than its gate of 130: write 113/,
    );
    expect(complaint('start', parts, 112)).toBeUndefined();
  });

  test('finds packages and our own folders in the list, whatever directory the build ran in', () => {
    expect(originOf('node_modules/@smithy/core/dist-es/index.js')).toBe('@smithy/core');
    expect(originOf('../x/node_modules/a/node_modules/b/index.js')).toBe('b');
    expect(originOf('lambdas/dynamodb/table.ts')).toBe('lambdas/dynamodb');
    expect([...(measured.get('reconnect')?.keys() ?? [])]).toEqual(
      expect.arrayContaining(['lambdas/routes', 'lambdas/problems', '@aws-sdk/client-dynamodb']),
    );
  });
});
