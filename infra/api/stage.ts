/** The stage of an HTTP API: the limits for all callers together, and an access log line for each request. */
import { Aws, Fn, Names } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  type CfnStage,
  type HttpApi,
  type HttpRoute,
  type IDomainName,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';
import type { StageLimits } from './route-limits.ts';

/**
 * One line for each request. It has no header and no token claim, so no token can appear in it. The path is logged as the route
 * pattern.
 *
 * API Gateway inserts each value as it is. So every value here is a number, an id or a name of AWS's own: a quotation mark in a
 * message (`$context.authorizer.error`, `$context.integrationErrorMessage`, `$context.error.message`) would end the string, no
 * filter would understand the line, and a stranger's token could bring that about.
 *
 * `integrationStatus` is the status of Lambda's response to the invocation, `functionStatus` the status that the function
 * returned. `$context.integrationStatus` alone is explained both ways in the developer guide.
 */
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
  integrationStatus: '$context.integration.integrationStatus',
  functionStatus: '$context.integration.status',
  error: '$context.error.responseType',
};

export interface StageProps {
  readonly settings: Settings;
  readonly limits: StageLimits;
  /** The routes of the API. A limit can only name a route that is there already. */
  readonly routes: readonly HttpRoute[];
  readonly accessLog: Readonly<Record<string, string>>;
  readonly domainName?: IDomainName | undefined;
  /** A customer managed key that encrypts the access log. Without it, AWS's own key does. */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * The name of an API's log group. Under this prefix AWS keeps one short permission for all log groups. Under another it adds each
 * log group to a policy of at most 5,120 characters, and an account with many such logs can deploy no further API.
 *
 * The name ends in the id that CloudFormation gives each stack it creates. A stack that is deleted and created again has
 * another id, so a log group that was retained does not stand in its way.
 */
function accessLogGroupName(scope: Construct): string {
  const deployment = Names.uniqueResourceName(scope, { maxLength: 255, separator: '-' });
  // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
  const stackId = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `/aws/vendedlogs/rejoin/${deployment}/${stackId}`;
}

/** @returns the log group of the access log */
export function addStage(
  scope: Construct,
  api: HttpApi,
  { settings, limits, routes, accessLog, domainName, encryptionKey }: StageProps,
): LogGroup {
  const accessLogs = new LogGroup(scope, 'AccessLogs', {
    logGroupName: accessLogGroupName(scope),
    retention: settings.logs.retentionDays,
    removalPolicy: cdkRemovalPolicy(settings),
    ...encryptedWith(encryptionKey),
  });
  const stage = api.addStage('Stage', {
    stageName: '$default',
    autoDeploy: true,
    throttle: limits.stage,
    ...(domainName ? { domainMapping: { domainName } } : {}),
    accessLogSettings: {
      destination: new LogGroupLogDestination(accessLogs),
      format: AccessLogFormat.custom(JSON.stringify(accessLog)),
    },
  });
  if (Object.keys(limits.routes).length > 0) {
    // CDK has no property for it, and CloudFormation passes these names on as they are.
    (stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(
      Object.entries(limits.routes).map(([routeKey, { rateLimit, burstLimit }]) => [
        routeKey,
        { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit },
      ]),
    );
    for (const route of routes) stage.node.addDependency(route.node.defaultChild as CfnRoute);
  }
  return accessLogs;
}
