import { operatorSettings, playerSettings } from '../../infra/settings/deployed.ts';
import { parseSettings } from '../../infra/settings/settings.ts';
import type { Received, Reply } from './support.ts';

const xml = (body: string, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
/** A response of AWS's Query protocol. */
export const xmlResult = (action: string, inside: string): Reply =>
  xml(
    `<${action}Response><${action}Result>${inside}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`,
  );
export const xmlError = (status: number, code: string, message: string): Reply =>
  xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    status,
  );
/** An error of AWS's JSON protocols. */
export const jsonError = (status: number, __type: string, message: string): Reply => ({
  status,
  body: { __type, message },
});

/** What AWS and the web respond if all is well. A test changes parts of it. */
export interface World {
  settings: Record<string, unknown>;
  caller: () => Reply;
  /** By stack name: its status and outputs. */
  stacks: Record<string, { status: string; outputs: Record<string, string> }>;
  /** Overrides responses of CloudFormation, by action. */
  cloudFormation: ((action: string) => Reply | undefined) | undefined;
  /** By stack name: the names of its functions and alarms, and the settings that it was deployed with. */
  resources: Record<string, { functions: string[]; alarms: string[]; deployedWith: Record<string, unknown> }>;
  /** By function: Lambda's metrics for each five minutes. */
  counts: Record<string, { Invocations: number[]; Errors: number[] }>;
  /** Name and description of the alarms in alarm state. */
  activeAlarms: [name: string, description: string][];
  /** Overrides responses of CloudWatch, by action. */
  cloudWatch: ((action: string, input: CloudWatchInput) => Reply | undefined) | undefined;
  /** What CloudWatch Logs answers, with the lines of the access log that match. */
  logs: (lines: string[]) => Reply;
  /** The line of the access log for a request, as a stage with our format writes it. Undefined: none is written. */
  accessLogLine: (line: Record<string, string>) => string | undefined;
  topic: Record<string, string> | Reply;
  /** Lambda's GetAccountSettings. */
  lambda: (received: Received) => Reply;
  quotas: (received: Received) => Reply;
  /** GetStreamGroup's output, or a whole reply. */
  streamGroup: Record<string, unknown>;
  /** The status that each API sends to a request without token or signature. */
  apiStatus: { player: number; operator: number };
  allowedOrigin: (origin: string) => string | undefined;
  allowedMethods: string;
  /** The status of a CORS preflight. */
  preflight: number;
  /** The `access-control-allow-origin` of API Gateway's 401. */
  refusalOrigin: (origin: string) => string | undefined;
  /** Replaces the answers to requests with a token, by method and the path's last part. */
  routes: Record<string, Reply>;
  /** How far AWS's clock is ahead of this machine's, in milliseconds. */
  awsAheadMs: number;
  /** How long the identity provider takes, in milliseconds, for each of the next answers; then none. */
  issuerTakesMs: number[];
  discovery: Record<string, unknown> | string;
  keys: unknown;
}

export const isReply = (value: object): value is Reply => 'status' in value;
export const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** The parts of a deployed template that have settings. `doctor-template.test.ts` compares the same parts with the real one. */
export function templateOf({ settings: written, resources }: World, name: string): string {
  const settings = parseSettings({ ...written, ...resources[name]?.deployedWith });
  const own = name.endsWith('Operator') ? operatorSettings(settings) : playerSettings(settings);
  const { ratePerSecond, burst } = settings.throttling;
  const resource = (Type: string, Properties: object) => ({ Type, Properties });
  return JSON.stringify({
    Resources: {
      Helper: resource('AWS::Lambda::Function', { MemorySize: 128 }),
      Function: resource('AWS::Lambda::Function', {
        MemorySize: settings.memoryMb,
        Environment: {
          Variables: { SETTINGS: JSON.stringify(own), POWERTOOLS_LOG_LEVEL: settings.logs.level },
        },
      }),
      Stage: resource('AWS::ApiGatewayV2::Stage', {
        AccessLogSettings: { DestinationArn: { 'Fn::GetAtt': ['AccessLogs', 'Arn'] } },
        DefaultRouteSettings: { ThrottlingRateLimit: ratePerSecond * 2, ThrottlingBurstLimit: burst * 2 },
        RouteSettings: {
          'POST /v1/streamgroups/{streamGroupId}/streamsessions': {
            ThrottlingRateLimit: ratePerSecond,
            ThrottlingBurstLimit: burst,
          },
          'POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections': {
            ThrottlingRateLimit: ratePerSecond,
            ThrottlingBurstLimit: burst,
          },
        },
      }),
      Logs: resource('AWS::Logs::LogGroup', { RetentionInDays: settings.logs.retentionDays }),
      Alarm: resource(
        'AWS::CloudWatch::Alarm',
        settings.alarmTopic === undefined ? {} : { AlarmActions: [settings.alarmTopic] },
      ),
    },
  });
}

/** ListStackResources with one resource a page, so that code which reads only the first page misses the others. */
export function resourcesXml({ resources }: World, name: string, token: string | null): string {
  const { functions = [], alarms = [] } = resources[name] ?? {};
  const all = [
    ['AWS::Logs::LogGroup', ACCESS_LOGS],
    ...functions.map((each) => ['AWS::Lambda::Function', each]),
    ...alarms.map((each) => [`AWS::CloudWatch::${each.includes('Failing') ? 'Composite' : ''}Alarm`, each]),
  ];
  const at = Number(token ?? 0);
  const [type, physical] = all[at] ?? ['AWS::DynamoDB::Table', 'table'];
  const status = physical?.includes('gone') ? 'DELETE_COMPLETE' : 'UPDATE_COMPLETE';
  const logicalId = physical === ACCESS_LOGS ? 'AccessLogs' : `L${at}`;
  const member = `<member><LogicalResourceId>${logicalId}</LogicalResourceId><ResourceStatus>${status}</ResourceStatus><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceType>${type}</ResourceType></member>`;
  const next = at + 1 < all.length ? `<NextToken>${at + 1}</NextToken>` : '';
  return `<StackResourceSummaries>${member}</StackResourceSummaries>${next}`;
}

/** The log group of the player API's access log. */
export const ACCESS_LOGS = '/aws/vendedlogs/rejoin-1';

export interface CloudWatchInput {
  AlarmNames?: string[];
  AlarmTypes?: string[];
  MetricDataQueries?: MetricQuery[];
  NextToken?: string;
}

interface MetricQuery {
  Id: string;
  Expression?: string;
  MetricStat?: { Metric: { MetricName: string; Dimensions: { Value: string }[] } };
}

/** CloudWatch, with its JSON protocol. GetMetricData gives one value a page. */
export function cloudWatch({ counts, activeAlarms }: World, action: string, input: CloudWatchInput): object {
  if (action === 'DescribeAlarms') {
    const { AlarmNames = [], AlarmTypes = ['MetricAlarm'] } = input;
    const of = (isComposite: boolean) =>
      AlarmTypes.includes(isComposite ? 'CompositeAlarm' : 'MetricAlarm')
        ? AlarmNames.filter((name) => name.includes('Failing') === isComposite).map((AlarmName) => {
            const active = activeAlarms.find(([name]) => name === AlarmName);
            return {
              AlarmName,
              AlarmDescription: active?.[1] ?? `Other: means. See docs/runbook.md`,
              StateValue: active ? 'ALARM' : 'INSUFFICIENT_DATA',
              ...(!isComposite && { Metrics: expressionQueries(AlarmName) }),
            };
          })
        : [];
    return { CompositeAlarms: of(true), MetricAlarms: of(false) };
  }
  const { MetricDataQueries = [], NextToken } = input;
  const expressions = MetricDataQueries.filter(({ Expression }) => Expression !== undefined);
  if (expressions.length > 0) {
    return { MetricDataResults: expressions.map(({ Id }) => ({ Id, Values: [], StatusCode: 'Complete' })) };
  }
  const page = Number(NextToken ?? 0);
  const results = MetricDataQueries.map(({ Id, MetricStat }) => {
    const { MetricName = '', Dimensions = [] } = MetricStat?.Metric ?? {};
    const values = counts[Dimensions[0]?.Value ?? '']?.[MetricName as 'Errors'] ?? [];
    return { Id, Values: values.slice(page, page + 1), StatusCode: 'Complete', pages: values.length };
  });
  const isMore = results.some(({ pages }) => page + 1 < pages);
  return { MetricDataResults: results, ...(isMore && { NextToken: String(page + 1) }) };
}

/** What an alarm evaluates. */
const expressionQueries = (name: string) => [
  { Id: 'expr_1', Expression: 'FILL(sum0, 0)', Period: 300, ReturnData: true },
  {
    Id: 'sum0',
    MetricStat: {
      Metric: { Namespace: 'rejoin', MetricName: 'M', Dimensions: [{ Name: 'FunctionName', Value: name }] },
      Period: 300,
      Stat: 'Sum',
    },
    ReturnData: false,
  },
];

/** Lambda's GetAccountSettings, for an account with so many unreserved executions. */
export const accountSettings =
  (UnreservedConcurrentExecutions: number) =>
  ({ path }: Received): Reply =>
    path === '/2016-08-19/account-settings'
      ? {
          status: 200,
          body: { AccountLimit: { ConcurrentExecutions: 1200, UnreservedConcurrentExecutions } },
        }
      : { status: 404 };
