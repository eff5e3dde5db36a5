/** The stage of an HTTP API: everybody's rate together, and a log line for each request. */
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type HttpApi,
  type IDomainName,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';

/** One line a request. No header and no claim is in it, so no token can be; the path is left at its route's pattern. */
export const accessLogFields = {
  requestId: '$context.requestId',
  apiId: '$context.apiId',
  time: '$context.requestTimeEpoch',
  ip: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
  error: '$context.error.responseType',
  authorizerError: '$context.authorizer.error',
};

export interface StageProps {
  readonly settings: Settings;
  readonly throttle: ThrottleSettings;
  readonly accessLog: Readonly<Record<string, string>>;
  readonly domainName?: IDomainName | undefined;
}

/** @returns where the lines go */
export function addStage(
  scope: Construct,
  api: HttpApi,
  { settings, throttle, accessLog, domainName }: StageProps,
): LogGroup {
  const accessLogs = new LogGroup(scope, 'AccessLogs', {
    retention: settings.logs.retentionDays,
    removalPolicy: cdkRemovalPolicy(settings),
  });
  api.addStage('Stage', {
    stageName: '$default',
    autoDeploy: true,
    throttle,
    ...(domainName ? { domainMapping: { domainName } } : {}),
    accessLogSettings: {
      destination: new LogGroupLogDestination(accessLogs),
      format: AccessLogFormat.custom(JSON.stringify(accessLog)),
    },
  });
  return accessLogs;
}
