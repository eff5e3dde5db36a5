import { describe, expect, test } from 'vitest';
import { axes, graph, row } from '../../../infra/monitoring/graph.ts';
import { apiRegions } from '../../../infra/settings/regions.ts';
import { group, templateOf, withProvider } from '../synth.ts';
import { widgetsOf } from './watched-metrics.ts';

const longestRegion = [...apiRegions].toSorted((a, b) => b.length - a.length)[0] ?? '';
const widgets = widgetsOf(
  templateOf({ ...withProvider, probe: true, streamGroups: [{ ...group, region: longestRegion }] }),
);
const graphs = widgets.filter(({ type }) => type === 'metric');
/** Each line that a graph shows: its title, and what the legend calls it. */
const legends = graphs.flatMap(({ properties: { title, metrics } }) =>
  // biome-ignore lint/suspicious/noExplicitAny: a dashboard is arbitrary JSON.
  metrics.flatMap((metric: any[]) => {
    const { label, visible = true } = metric.find((each) => typeof each === 'object') ?? {};
    return visible === false ? [] : [{ title, label }];
  }),
);

describe('a graph of the dashboard', () => {
  test('says on its axis what it counts', () => {
    expect(graphs.length).toBeGreaterThan(20);
    for (const { properties } of graphs) {
      expect(properties.yAxis?.left?.label, properties.title).toMatch(/^(%|[a-z ]{5,})$/);
    }
  });

  test('has words in its legend, and no name of a metric or a percentile', () => {
    expect(legends.length).toBeGreaterThan(40);
    for (const { title, label } of legends) {
      expect(label, title).toMatch(/\S/);
      expect(label, title).not.toMatch(/[a-z][A-Z]|\bp\d\d\b|\b[a-z]+_[a-z]+\b/);
    }
  });

  test('has a title that fits its width: CloudWatch cuts a longer one, and the person on call reads half of it', () => {
    const titled = widgets.filter(({ properties }) => properties.title !== undefined);
    for (const { width, properties } of titled) {
      expect(properties.title.length, properties.title).toBeLessThanOrEqual(5 * width);
    }
    const titles = titled.map(({ properties }) => properties.title);
    expect(new Set(titles).size).toBe(titles.length);
    const titled40 = graph('x'.repeat(40), axes.calls, []);
    expect(() => row(titled40, titled40, titled40)).not.toThrow();
    expect(() => row(titled40, titled40, titled40, titled40)).toThrow('longer than 30 characters');
  });
});

test('the first row of graphs begins with whether players get in, and back, beside the objective', () => {
  const firstRow = graphs.filter(({ y }) => y === graphs[0].y).slice(0, 2);
  expect(firstRow.map(({ properties }) => properties.title)).toEqual([
    'Starts that succeed',
    'Reconnects that succeed',
  ]);
  for (const { properties } of firstRow) {
    expect(properties.annotations.horizontal).toEqual([
      expect.objectContaining({ value: 99, label: 'objective' }),
    ]);
  }
});

test('no two widgets lie on each other, and none is wider than the dashboard', () => {
  const taken = new Set<string>();
  for (const { x, y, width, height, properties } of widgets) {
    expect(x + width).toBeLessThanOrEqual(24);
    for (let column = x; column < x + width; column++) {
      for (let row = y; row < y + height; row++) {
        expect(taken, properties.title).not.toContain(`${column},${row}`);
        taken.add(`${column},${row}`);
      }
    }
  }
});
