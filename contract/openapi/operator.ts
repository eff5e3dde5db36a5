/** The OpenAPI contract of the operator API. */
import { OPERATOR_PROBLEMS, type OperatorProblemCode } from '../operator-problems.ts';
import { OPERATOR_ROUTES, type OperatorRouteName } from '../routes.ts';
import { operatorParameters, operatorSchemas } from '../schemas/operator.ts';
import { type Api, gatewayResponses, type RouteContract } from './api.ts';

const everyRoute = [
  'invalid_request',
  'not_an_operator',
  'broker_misconfigured',
  'upstream_unavailable',
] as const;
const recordedRoutes = [...everyRoute, 'too_many_requests', 'audit_unavailable'] as const;
const sessionRoutes = [...recordedRoutes, 'stream_session_not_found', 'paced', 'upstream_timeout'] as const;

/** By route name. */
export const operatorContracts = {
  'operator-shell': {
    body: 'ShellRequest',
    success: {
      status: 201,
      body: 'Shell',
      description:
        'Credentials for the Session Manager plugin, good for 60 seconds. They are never repeated.',
    },
    problems: [...sessionRoutes, 'session_not_accessible', 'session_over', 'access_not_ready'],
  },
  'operator-sessions': {
    success: {
      status: 200,
      body: 'Sessions',
      description: 'The sessions of the player that Rejoin knows.',
    },
    problems: everyRoute,
  },
  'operator-terminate': {
    success: { status: 204, description: 'The session is ending, or has ended already.' },
    problems: [...sessionRoutes, 'session_not_terminable'],
  },
  'operator-export': {
    body: 'ExportRequest',
    success: {
      status: 202,
      body: 'Export',
      description: 'AWS exports the files when the session ends. GetStreamSession has the result.',
    },
    problems: [...sessionRoutes, 'session_not_accessible', 'session_over'],
  },
  'operator-forget': {
    body: 'ErasureRequest',
    success: {
      status: 200,
      body: 'Erasure',
      description:
        "The records of the player's stream sessions are deleted. The player's rate limits expire by themselves.",
    },
    problems: [...recordedRoutes, 'session_still_live'],
  },
  'operator-brake': {
    body: 'BrakeRequest',
    success: {
      status: 200,
      body: 'Brakes',
      description: 'The new state of the pause. Every function follows it within five seconds.',
    },
    problems: recordedRoutes,
  },
  'operator-brake-status': {
    success: { status: 200, body: 'Brakes', description: 'Whether new sessions are paused.' },
    problems: everyRoute,
  },
} as const satisfies Record<
  OperatorRouteName,
  RouteContract<OperatorProblemCode, keyof typeof operatorSchemas>
>;

export const operatorApi: Api = {
  title: 'Rejoin operator API',
  server: { host: 'operator-api.example.com', output: 'OperatorApiUrl' },
  security: {
    name: 'sigv4',
    // As API Gateway describes IAM authorization: x-amazon-apigateway-authtype, in its developer guide.
    scheme: {
      type: 'apiKey',
      name: 'Authorization',
      in: 'header',
      'x-amazon-apigateway-authtype': 'awsSigv4',
      description:
        "AWS Signature Version 4 for the service execute-api in the API's Region. IAM must allow the principal to call execute-api:Invoke on the route, and settings.operators must list the principal.",
    },
  },
  routes: OPERATOR_ROUTES,
  contracts: operatorContracts,
  problems: OPERATOR_PROBLEMS,
  gateway: {
    403: 'The request is not signed, or IAM does not allow the caller.',
    ...gatewayResponses,
  },
  parameters: operatorParameters,
  schemas: operatorSchemas,
};
