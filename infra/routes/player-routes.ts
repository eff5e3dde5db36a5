/**
 * The routes of the player API: each route, its function, and exactly what that function may do. Each entry of `grants` becomes
 * one statement of the function's role.
 *
 * The reconnect route gets all of `throttling`, and all other routes together get as much again. So a rush of new players
 * never takes the part of those who are losing a session.
 */
import { PLAYER_ROUTES } from '../../contract/routes.ts';
import { deployedRoutes, type Grant, type Route } from './route.ts';

const importedRecord: Grant = {
  actions: ['PutItem'],
  on: 'table',
  onlyWith: 'adoption',
  why: 'the record of a session that was started elsewhere',
};

export const playerRoutes: readonly Route[] = deployedRoutes(PLAYER_ROUTES, {
  start: {
    timeoutSeconds: 15,
    throttleShare: 0.2,
    grants: [
      {
        // The service authorization reference lists only the stream group for this action. The developer guide's example and
        // CloudTrail name the application as well. The grant has both, so that it is right either way.
        actions: ['StartStreamSession'],
        on: 'streamGroupsAndApplications',
        why: 'its one AWS call',
      },
      {
        actions: ['PassRole'],
        on: 'gameRoles',
        why: 'AWS gives the game this role, only where a stream group has one',
      },
      { actions: ['GetStreamSession'], on: 'streamGroups', why: 'a dead session must not block its player' },
      {
        actions: ['GetItem', 'PutItem', 'Query', 'UpdateItem'],
        on: 'table',
        why: "the player's slot, live sessions, rate limit and the stored answer",
      },
      { actions: ['GetItem'], on: 'brakeTable', why: 'whether operators have paused new sessions' },
    ],
  },
  status: {
    timeoutSeconds: 6,
    throttleShare: 0.4,
    grants: [
      { actions: ['GetStreamSession'], on: 'streamGroups', why: 'its one AWS call' },
      { actions: ['GetItem', 'UpdateItem'], on: 'table', why: 'ownership, coalesced polls' },
      importedRecord,
    ],
  },
  sessions: {
    timeoutSeconds: 5,
    throttleShare: 0.2,
    grants: [{ actions: ['Query'], on: 'table', why: "a player's sessions are one query" }],
  },
  reconnect: {
    timeoutSeconds: 10,
    throttleShare: 1,
    grants: [
      { actions: ['CreateStreamSessionConnection'], on: 'streamGroups', why: 'its one AWS call' },
      { actions: ['GetStreamSession'], on: 'streamGroups', why: 'the state behind a conflict, adoption' },
      {
        actions: ['GetItem', 'UpdateItem'],
        on: 'table',
        why: 'ownership, lease, rate limit and the stored answer',
      },
      importedRecord,
    ],
  },
  terminate: {
    timeoutSeconds: 10,
    throttleShare: 0.1,
    grants: [
      { actions: ['TerminateStreamSession'], on: 'streamGroups', why: 'its one AWS call' },
      { actions: ['GetStreamSession'], on: 'streamGroups', why: 'the state behind a conflict' },
      { actions: ['GetItem', 'UpdateItem'], on: 'table', why: 'ownership, and the end of the record' },
    ],
  },
  recoveries: {
    timeoutSeconds: 5,
    throttleShare: 0.1,
    grants: [
      {
        actions: ['UpdateItem'],
        on: 'table',
        // `lambdas/routes/recoveries/report.ts` writes these items.
        onlyItemsOf: 'RECOVERIES#',
        why: "how many reports the player has made in this minute; no session's item",
      },
    ],
  },
});
