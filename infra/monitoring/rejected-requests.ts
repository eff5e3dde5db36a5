/** Requests that never reached a function: no function can count them, so API Gateway's access log does. */

import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricsNamespace } from '../functions/environment.ts';

const metricName = 'TurnedAway';

/**
 * `integrationStatus` is what Lambda said to the invocation, not what the function answered (developer guide, "Customize HTTP API
 * access logs"): what a function refused, a wait for its turn among it, was invoked with 200. Left out are addresses that do not exist and
 * malformed requests, which strangers try everywhere. All values of the log are strings.
 */
const neverReached = FilterPattern.all(
  FilterPattern.stringValue('$.integrationStatus', '!=', '200'),
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
      filterPattern: neverReached,
      metricNamespace: metricsNamespace,
      metricName,
      metricValue: '1',
      // By the API, since an account may hold several deployments.
      dimensions: { ApiId: '$.apiId' },
    });
  }

  /** How many there were. @param minutes of one data point */
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
