/** Requests that never reach a function. No function can count them, so a filter on API Gateway's access log does. */

import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricsNamespace } from '../functions/environment.ts';
import { playerRoutes } from '../routes/player-routes.ts';

const metricName = 'TurnedAway';

/** A rejected report of a lost stream harms nobody, so the filter leaves these routes out. This is API Gateway's name of a route. */
const reports = playerRoutes
  .filter(({ name }) => name === 'recoveries')
  .map(({ method, path }) => FilterPattern.stringValue('$.routeKey', '!=', `${method} ${path}`));

/**
 * `integrationStatus` is the status of Lambda's response to the invocation (`stage.ts`). It is 200 when a function refuses a
 * request or asks the player to wait. The filter leaves out unknown addresses and malformed requests, which strangers send
 * everywhere. All values in the log are strings.
 */
const neverReachedFunction = FilterPattern.all(
  FilterPattern.stringValue('$.integrationStatus', '!=', '200'),
  ...reports,
  FilterPattern.any(
    ...['401', '403', '429', '5*'].map((status) => FilterPattern.stringValue('$.status', '=', status)),
  ),
);

export class RejectedRequests extends Construct {
  readonly #api: HttpApi;

  constructor(
    scope: Construct,
    id: string,
    { api, accessLogs }: { readonly api: HttpApi; readonly accessLogs: ILogGroup },
  ) {
    super(scope, id);
    this.#api = api;
    new MetricFilter(this, 'Filter', {
      logGroup: accessLogs,
      filterPattern: neverReachedFunction,
      metricNamespace: metricsNamespace,
      metricName,
      metricValue: '1',
      // By API, because an account may hold several deployments.
      dimensions: { ApiId: '$.apiId' },
    });
  }

  /**
   * The number of rejected requests.
   * @param minutes the period of one data point
   */
  metric(minutes = 1): Metric {
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap: { ApiId: this.#api.apiId },
      statistic: 'Sum',
      period: Duration.minutes(minutes),
      label: 'never reached a function',
    });
  }
}
