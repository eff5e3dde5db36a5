import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { routeLimitsOf } from '../../infra/api/route-limits.ts';
import { operatorRoutes } from '../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../infra/routes/player-routes.ts';
import { parseSettings } from '../../infra/settings/settings.ts';
import { settingRows } from '../infra/setting-rows.ts';
import { minimal } from '../infra/synth.ts';
import { root, sources } from './imports.ts';

const page = readFileSync(join(root, 'docs', 'limits.md'), 'utf8');

/** The rows of the tables after a mark, cell by cell, without their heads. */
function rowsAfter(mark: string): string[][] {
  return page
    .split(mark)
    .slice(1)
    .flatMap((text) => text.trimStart().split('\n\n')[0]?.split('\n').slice(2) ?? [])
    .map((row) => row.slice(2, -2).split(' | '));
}

const plain = (figure = '') => Number(figure.replaceAll(',', ''));

/** In milliseconds, the unit of the constants, and for lengths and counts in ones. */
const UNITS: Readonly<Record<string, number>> = {
  characters: 1,
  milliseconds: 1,
  second: 1000,
  seconds: 1000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
};

function valueIn(figure: string): number {
  const [count, unit = 'characters'] = figure.split(' ');
  return plain(count) * (UNITS[unit] ?? Number.NaN);
}

const COUNT = /^[\d_]+(?: \* [\d_]+)?$/;

/** What a constant is in each file of a house that defines it: a number, or the most characters that a pattern takes. */
function definitionsOf(name: string, ...house: readonly string[]): number[] {
  return sources(...house)
    .flatMap(({ code }) => [...code.matchAll(new RegExp(`^(?:export )?const ${name} = (.+);$`, 'gm'))])
    .map(([, code = '']) => {
      const [, most] = /\{1,(\d+)\}\$\/$/.exec(code) ?? [];
      if (most !== undefined) return Number(most);
      if (!COUNT.test(code)) return Number.NaN;
      return code.split(' * ').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
    });
}

describe('docs/limits.md', () => {
  test('has the defaults of the settings that are limits', () => {
    const defaults = new Map(settingRows().map(([setting, value]) => [setting, value.replaceAll('`', '')]));
    const rows = rowsAfter('<!-- limits: settings -->');
    expect(rows.length).toBeGreaterThan(10);
    for (const [limit, figure, setting = ''] of rows) {
      expect(String(plain(figure)), limit).toBe(defaults.get(setting));
    }
  });

  test.each([
    ['lambdas', ['lambdas', 'contract'], 20],
    ['client', ['client/src'], 8],
  ])('has the figures of the constants in %s', (mark, house, least) => {
    const rows = rowsAfter(`<!-- limits: ${mark} -->`);
    expect(rows.length).toBeGreaterThan(least);
    for (const [limit, figure = '', code = ''] of rows) {
      const name = code.replaceAll('`', '');
      // A constant whose name ends in _S is in seconds.
      const value = valueIn(figure) / (name.endsWith('_S') ? 1000 : 1);
      const defined = definitionsOf(name, ...house);
      expect(defined, `${name} is defined nowhere in ${house.join(', ')}`).not.toEqual([]);
      expect(defined, limit).toEqual(defined.map(() => value));
    }
  });

  test('has the time limit of every function', () => {
    const rows = rowsAfter('<!-- limits: routes -->').map(([name, seconds]) => [name, Number(seconds)]);
    const routes = [...playerRoutes, ...operatorRoutes];
    expect(rows).toEqual(routes.map(({ name, timeoutSeconds }) => [`\`${name}\``, timeoutSeconds]));
  });

  test('has the rate of each route of players, and of the stage, as the default settings give it', () => {
    const { throttling } = parseSettings(minimal);
    const { stage, routes } = routeLimitsOf(playerRoutes, throttling);
    const [, table = ''] = page.split('| route | part | by default |\n|---|---|---|\n');
    const shown = (table.split('\n\n')[0] ?? '').split('\n').map((row) => row.slice(2, -2).split(' | '));
    const limits = shown.map(([, part = '', rates = '']) => {
      const [, rate, burst] = /^([\d,]+) a second, ([\d,]+) at once$/.exec(rates) ?? [];
      return {
        share: Number(part.replace(' %', '')) / 100,
        rateLimit: plain(rate),
        burstLimit: plain(burst),
      };
    });
    const expected = playerRoutes.map(({ method, path, throttleShare = Number.NaN }) => ({
      share: throttleShare,
      ...routes[`${method} ${path}`],
    }));
    const byRate = (one: { rateLimit?: number }, other: { rateLimit?: number }) =>
      (other.rateLimit ?? 0) - (one.rateLimit ?? 0);
    expect(limits).toEqual(expected.toSorted(byRate));
    const [, rate, burst] =
      /has the sum as its limit: ([\d,]+) a second and ([\d,]+) at once/.exec(page) ?? [];
    expect({ rateLimit: plain(rate), burstLimit: plain(burst) }).toEqual(stage);
  });
});
