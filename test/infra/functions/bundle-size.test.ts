import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../../infra/functions/bundling/bundle.ts';
import { operatorRoutes } from '../../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';

/** The size limit of each bundle in KB (1000 bytes), a little above its size. */
const limits: Readonly<Record<string, number>> = {
  start: 299,
  status: 277,
  sessions: 226,
  reconnect: 295,
  terminate: 277,
  recoveries: 226,
  'operator-shell': 271,
  'operator-sessions': 227,
  'operator-terminate': 272,
  'operator-export': 270,
  'operator-forget': 230,
  'operator-brake': 230,
  'operator-brake-status': 227,
  probe: 26,
};

/** No limit may be above this: a cold start reads, parses and compiles every byte. */
const greatestLimitKB = 300;
/** A limit this far above the size would not notice a large addition. */
const slackKB = 12;

/** KB in the bundle by origin: a package, or a folder of ours. */
type Parts = ReadonlyMap<string, number>;

const routes = [...[...playerRoutes, ...operatorRoutes].map(({ name }) => name), 'probe'];
const partsByRoute = new Map<string, Parts>();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-size-'));
  for (const name of routes) partsByRoute.set(name, partsOf(name));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** `node_modules/@smithy/core/dist/x.js` is from `@smithy/core`, `lambdas/dynamodb/x.ts` from `lambdas/dynamodb`. */
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

/** What is wrong with the size of a bundle, and what to do; undefined if it fits. */
function sizeMessage(name: string, parts: Parts, limit: number | undefined): string | undefined {
  const size = sizeOf(parts);
  if (limit === undefined) {
    return `${name} has no limit: write "${name}: ${Math.ceil(size * 1.02)}" into the table of this test`;
  }
  if (size > limit) {
    const largest = [...parts].toSorted(([, one], [, other]) => other - one).slice(0, 12);
    const list = largest.map(([origin, kb]) => `  ${kb.toFixed(1).padStart(6)} KB  ${origin}`).join('\n');
    return `${name} has ${size.toFixed(1)} KB, ${(size - limit).toFixed(1)} more than its limit of ${limit}. It is made of
${list}
Find what came in (the same list of the commit before), and leave out what no request needs: see the aliases of
infra/functions/bundling/bundle.ts. What is worth its time (npm run bench -- coldstart) gets a higher limit in the table of this test.`;
  }
  if (limit - size > slackKB) {
    return `${name} has ${size.toFixed(1)} KB, far less than its limit of ${limit}: write ${Math.ceil(size * 1.02)} into the table of this test`;
  }
  return undefined;
}

describe('bundle sizes, which make cold starts longer', () => {
  test.each(routes)('the bundle of %s is within its limit', (name) => {
    expect(sizeMessage(name, partsByRoute.get(name) ?? new Map(), limits[name])).toBeUndefined();
  });

  test('every function has a limit, and no limit is above the greatest one', () => {
    expect(Object.keys(limits)).toEqual(routes);
    for (const limit of Object.values(limits)) expect(limit).toBeLessThanOrEqual(greatestLimitKB);
  });
});

describe('the message about a bundle size', () => {
  const parts = new Map([
    ['lambdas/sessions', 20],
    ['left-pad', 50],
    ['@smithy/core', 40],
  ]);

  test('names the function, the excess, the largest parts first, and what to do', () => {
    const lines = sizeMessage('reconnect', parts, 100)?.split('\n') ?? [];
    expect(lines[0]).toBe('reconnect has 110.0 KB, 10.0 more than its limit of 100. It is made of');
    expect(lines.slice(1, 4).map((line) => line.trim())).toEqual([
      '50.0 KB  left-pad',
      '40.0 KB  @smithy/core',
      '20.0 KB  lambdas/sessions',
    ]);
    expect(lines.slice(4).join(' ')).toContain('gets a higher limit in the table of this test');
  });

  test('reports a missing limit and one that is far too high, but not one that fits', () => {
    expect(sizeMessage('lobby', parts, undefined)).toMatch(/^lobby has no limit: write "lobby: 113"/);
    expect(sizeMessage('start', parts, 130)).toMatch(
      /^start has 110.0 KB, far less than its limit of 130: write 113/,
    );
    expect(sizeMessage('start', parts, 112)).toBeUndefined();
  });

  test('lists packages and our own folders, whatever directory the build ran in', () => {
    expect(originOf('node_modules/@smithy/core/dist-es/index.js')).toBe('@smithy/core');
    expect(originOf('../x/node_modules/a/node_modules/b/index.js')).toBe('b');
    expect(originOf('lambdas/dynamodb/table.ts')).toBe('lambdas/dynamodb');
    expect([...(partsByRoute.get('reconnect')?.keys() ?? [])]).toEqual(
      expect.arrayContaining(['lambdas/routes', 'lambdas/problems', '@aws-sdk/client-dynamodb']),
    );
  });
});
