/**
 * The routes of the operator API: each route, its function, and exactly what that function may do. No function here can start a
 * session or reconnect to one.
 */
import { OPERATOR_ROUTES } from '../../contract/routes.ts';
import { deployedRoutes, type Grant, type Route } from './route.ts';

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

export const operatorRoutes: readonly Route[] = deployedRoutes(OPERATOR_ROUTES, {
  'operator-shell': {
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
  'operator-sessions': {
    timeoutSeconds: 5,
    grants: [{ actions: ['Query'], on: 'table', why: "a player's sessions are one query" }],
  },
  'operator-terminate': {
    timeoutSeconds: 15,
    grants: [
      { actions: ['TerminateStreamSession'], on: 'streamGroups', why: 'its one AWS call' },
      statusLookup,
      countRate,
      { actions: ['UpdateItem'], on: 'table', why: "the end of the player's record" },
      writeAudit,
    ],
  },
  'operator-export': {
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
  'operator-forget': {
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
  'operator-brake': {
    timeoutSeconds: 10,
    grants: [
      { actions: ['UpdateItem'], on: 'brakeTable', why: 'the one item of that table' },
      countRate,
      writeAudit,
    ],
  },
  'operator-brake-status': {
    timeoutSeconds: 5,
    grants: [{ actions: ['GetItem'], on: 'brakeTable', why: 'the one item of that table' }],
  },
});
