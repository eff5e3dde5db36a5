import type {
  APIGatewayProxyEventV2WithIAMAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { OperatorSettings } from '../../contract/deployed-settings.ts';
import { OPERATOR_PROBLEMS } from '../../contract/operator-problems.ts';
import type { OperatorRouteName } from '../../contract/routes.ts';
import { type Reply, requestPartsOf, routeHandler } from '../http/route-handler.ts';
import { log, logger } from '../observability/logs.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';
import { operatorEntry } from './operator.ts';

/** Who asks, from where, in which request: what the audit keeps of every use. */
export interface OperatorCall {
  /** The IAM principal: a user's ARN, or a role's with the name of its session. */
  operator: string;
  /** The access key that signed: a role's session chooses its own name, but CloudTrail has who was given this key. */
  accessKeyId: string;
  /** The entry of `settings.operators` that lets the principal in. */
  entry: string;
  sourceIp: string;
  userAgent: string;
  /** API Gateway's, which the answer carries as well. */
  requestId: string;
}

/** What a route sees of a request: its caller is an operator, nothing else is checked yet. */
export interface OperatorRequest {
  call: OperatorCall;
  streamGroupId: string | undefined;
  streamSessionId: string | undefined;
  playerId: string | undefined;
  body: string | undefined;
  /** Epoch milliseconds at which Lambda kills this invocation. */
  endsBy: number;
  metrics: RequestMetrics;
}

type Event = APIGatewayProxyEventV2WithIAMAuthorizer;

/** A user agent is the caller's own words: enough to recognise a tool is kept, and nothing that could bend a record. */
const USER_AGENT_CHARACTERS = 256;
const NOT_VISIBLE_ASCII = /[^\x20-\x7e]/g;

/**
 * Wraps a route of the operator API into a Lambda handler that refuses everybody who is not in `settings.operators`.
 * IAM has let the caller in before, but HTTP APIs have no resource policy, so every principal that may invoke APIs in general
 * gets this far.
 *
 * @param route the function's name in logs and metrics.
 */
export function operatorApi(
  route: OperatorRouteName,
  settings: OperatorSettings,
  answer: (request: OperatorRequest) => Promise<Reply>,
): (event: Event, context: Context) => Promise<APIGatewayProxyStructuredResultV2> {
  return routeHandler<Event>(route, OPERATOR_PROBLEMS, (event, context, metrics) =>
    answer({ ...toRequest(event, context, settings), metrics }),
  );
}

/**
 * The value of a query parameter; undefined unless it is there once. Decoded here: whether API Gateway decodes
 * `queryStringParameters` is not documented, and a `+` that is decoded twice would become a space.
 */
function queryValue({ rawQueryString = '' }: Partial<Event>, name: string): string | undefined {
  const [value, ...more] = new URLSearchParams(rawQueryString).getAll(name);
  return more.length === 0 ? value : undefined;
}

function toRequest(
  event: Event,
  context: Context,
  settings: OperatorSettings,
): Omit<OperatorRequest, 'metrics'> {
  const { requestContext } = event;
  const { userArn, accessKey } = requestContext.authorizer?.iam ?? {};
  const entry = operatorEntry(userArn, settings.operators);
  // Neither the reason nor anything that AWS answers goes into the log.
  logger.appendKeys({ operator: userArn });
  const request = requestPartsOf(event, context);
  if (entry === undefined) {
    log.warn('not an operator', {});
    throw new OperatorProblem(
      'not_an_operator',
      'This principal is not among the operators of this deployment.',
    );
  }
  return {
    call: {
      operator: userArn,
      accessKeyId: accessKey,
      entry,
      sourceIp: requestContext.http.sourceIp,
      userAgent: (requestContext.http.userAgent ?? '')
        .slice(0, USER_AGENT_CHARACTERS)
        .replace(NOT_VISIBLE_ASCII, '?'),
      requestId: requestContext.requestId,
    },
    playerId: event.pathParameters?.playerId ?? queryValue(event, 'playerId'),
    ...request,
  };
}
