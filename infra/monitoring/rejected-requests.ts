/** Requests that never reach a function. No function can count them, so a filter on API Gateway's access log does. */

import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, REJECTED_REQUESTS_METRIC } from '../../contract/metrics.ts';
import { PLAYER_ROUTES, routeKey } from '../../contract/routes.ts';

/** A rejected report of a lost stream harms nobody, so the filter leaves this route out. This is API Gateway's name of a route. */
const reports = FilterPattern.stringValue('$.routeKey', '!=', routeKey(PLAYER_ROUTES.recoveries));

/**
 * `integrationStatus` is the status of Lambda's response to the invocation (`stage.ts`). It is 200 when a function refuses a
 * request or asks the player to wait. The filter leaves out unknown addresses and malformed requests, which strangers send
 * everywhere. All values in the log are strings.
 */
const neverReachedFunction = FilterPattern.all(
  FilterPattern.stringValue('$.integrationStatus', '!=', '200'),
  reports,
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
      metricNamespace: METRICS_NAMESPACE,
      metricName: REJECTED_REQUESTS_METRIC,
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
      namespace: METRICS_NAMESPACE,
      metricName: REJECTED_REQUESTS_METRIC,
      dimensionsMap: { ApiId: this.#api.apiId },
      statistic: 'Sum',
      period: Duration.minutes(minutes),
      label: 'never reached a function',
    });
  }
}
