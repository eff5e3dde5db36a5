/** Graphs of the dashboard. Each says on its axis what it counts, and has a title that fits its width. */
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
} as const;

/** How the graphs of times name a statistic. */
export const inWords = {
  p50: 'half are faster',
  p95: '95 % are faster',
  p99: '99 % are faster',
  Maximum: 'slowest',
} as const;

/** The widest that the console shows of a title, in characters for each column of the dashboard's 24, on a small screen. */
const titleCharacters = 5;

/**
 * A third of a row wide.
 *
 * @throws {Error} for a title that CloudWatch would cut off
 */
export function graph(
  title: string,
  leftYAxis: YAxisProps,
  left: IMetric[],
  more: Pick<GraphWidgetProps, 'leftAnnotations' | 'region'> = {},
): GraphWidget {
  const width = 8;
  if (title.length > width * titleCharacters) throw new Error(`The title is too long to be read: ${title}`);
  return new GraphWidget({ title, left, leftYAxis, width, height: 6, ...more });
}
