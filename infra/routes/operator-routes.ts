/**
 * The routes of the operator API: each route, its function, and exactly what that function may do. No function here can start a
 * session or reconnect to one.
 */
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Grant, type Route, session } from './route.ts';

const statusLookup: Grant = {
  actions: ['GetStreamSession'],
  on: 'streamGroups',
  why: 'whose session it is, and whether AWS would refuse',
};

const countRate: Grant = {
  actions: ['UpdateItem'],
  on: 'rateTable',
  why: 'the rate of each operator, and of all together',
};

const writeAudit: Grant = {
  actions: ['PutItem'],
  on: 'auditTable',
  why: 'a record of every use, which nobody here can read or change',
};

const brake = '/v1/brakes/starts';

export const operatorRoutes: readonly Route[] = [
  {
    name: 'operator-shell',
    does: 'Opens an admin shell into a live stream session for an operator',
    method: HttpMethod.POST,
    path: `${session}/admin-shells`,
    // AWS may need time to prepare access, and the function waits for it. So its time-out is that of API Gateway, less a
    // margin.
    timeoutSeconds: 28,
    grants: [
      { actions: ['CreateStreamSessionAdminShell'], on: 'streamGroups', why: 'its one AWS call' },
      statusLookup,
      countRate,
      writeAudit,
    ],
  },
  {
    name: 'operator-sessions',
    does: "Lists a player's stream sessions for an operator",
    method: HttpMethod.GET,
    path: '/v1/players/{playerId}/streamsessions',
    queryPath: '/v1/streamsessions',
    timeoutSeconds: 5,
    grants: [{ actions: ['Query'], on: 'table', why: "a player's sessions are one query" }],
  },
  {
    name: 'operator-terminate',
    does: "Ends any player's stream session for an operator",
    method: HttpMethod.DELETE,
    path: session,
    timeoutSeconds: 15,
    grants: [
      { actions: ['TerminateStreamSession'], on: 'streamGroups', why: 'its one AWS call' },
      statusLookup,
      countRate,
      { actions: ['UpdateItem'], on: 'table', why: "the end of the player's record" },
      writeAudit,
    ],
  },
  {
    name: 'operator-export',
    does: 'Exports the files of a live stream session for an operator',
    method: HttpMethod.POST,
    path: `${session}/file-exports`,
    onlyWith: 'exportBucket',
    timeoutSeconds: 15,
    grants: [
      { actions: ['ExportStreamSessionFiles'], on: 'streamGroups', why: 'its one AWS call' },
      statusLookup,
      {
        actions: ['PutObject'],
        on: 'exportFolder',
        why: "AWS writes the files with the caller's permissions",
      },
      countRate,
      writeAudit,
    ],
  },
  {
    name: 'operator-forget',
    does: "Deletes the records of a player's stream sessions for an operator",
    method: HttpMethod.POST,
    path: '/v1/players/{playerId}/erasures',
    queryPath: '/v1/erasures',
    timeoutSeconds: 15,
    grants: [
      // The keys are player, then session. IAM cannot limit a role to the player of a request.
      {
        actions: ['DeleteItem', 'Query'],
        on: 'table',
        why: "the player's records: whether one is live, and their end",
      },
      countRate,
      writeAudit,
    ],
  },
  {
    name: 'operator-brake',
    does: 'Pauses new sessions for an operator, or ends the pause',
    method: HttpMethod.PUT,
    path: brake,
    timeoutSeconds: 10,
    grants: [
      { actions: ['UpdateItem'], on: 'brakeTable', why: 'the one item of that table' },
      countRate,
      writeAudit,
    ],
  },
  {
    name: 'operator-brake-status',
    does: 'Says whether new sessions are paused, for an operator',
    method: HttpMethod.GET,
    path: brake,
    timeoutSeconds: 5,
    grants: [{ actions: ['GetItem'], on: 'brakeTable', why: 'the one item of that table' }],
  },
];
