/** Graphs of the dashboard. Each says on its axis what it counts, and has a title that fits its width. */
import { Token } from 'aws-cdk-lib';
import {
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';

const axis = (label: string): YAxisProps => ({ label, min: 0, showUnits: false });

export const axes = {
  percent: { ...axis('%'), max: 100 },
  milliseconds: axis('milliseconds'),
  requests: axis('requests a minute'),
  calls: axis('calls a minute'),
  players: axis('players'),
  sessions: axis('sessions'),
  streams: axis('lost streams'),
} as const;

/** How the graphs of times name a statistic. */
export const inWords = {
  p50: 'half are faster',
  p95: '95 % are faster',
  p99: '99 % are faster',
  Maximum: 'slowest',
} as const;

type More = Pick<GraphWidgetProps, 'leftAnnotations' | 'region' | 'period' | 'stacked'>;
/** What a graph shows. Its row decides how wide it is. */
export type Graph = Pick<GraphWidgetProps, 'left' | 'leftYAxis'> & More & { readonly title: string };

export function graph(title: string, leftYAxis: YAxisProps, left: IMetric[], more: More = {}): Graph {
  return { title, leftYAxis, left, ...more };
}

/** The columns of a dashboard. */
const columns = 24;
/** What the console shows of a title, in characters for each column, on a small screen. */
const titleCharacters = 5;

/**
 * Graphs beside each other, all of one width: two, three or four.
 *
 * @throws {Error} for a title that CloudWatch would cut off
 */
export function row(...graphs: readonly Graph[]): GraphWidget[] {
  const width = Math.floor(columns / graphs.length);
  return graphs.map((each) => {
    // The Region of a stack that has none yet is a long token here, and short where it is shown.
    const fits = Token.isUnresolved(each.title) || each.title.length <= width * titleCharacters;
    if (fits) return new GraphWidget({ ...each, width, height: 6 });
    throw new Error(`The title is longer than ${width * titleCharacters} characters: ${each.title}`);
  });
}
