/** Turns the grants of `player-routes.ts` and `operator-routes.ts` into policy documents with explicit actions and ARNs. */
import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Grant, isTable, type TableTarget } from '../routes/route.ts';
import type { StreamGroupSettings } from '../settings/settings.ts';

/** The resources that grants can refer to. A table that no grant names may be left out. */
export interface GrantTargets {
  readonly streamGroups: readonly StreamGroupSettings[];
  readonly tables: Readonly<Partial<Record<TableTarget, Table>>>;
}

/**
 * The table that a grant names.
 * @throws {Error} when the deployment has no such table: a mistake in the table of routes
 */
export function tableOf(targets: GrantTargets, target: TableTarget): Table {
  const table = targets.tables[target];
  if (!table) throw new Error(`A route has a grant on ${target}, which this API has not`);
  return table;
}

/**
 * The resources of a stream group have ARNs in the group's own Region, not in the stack's. A stream session is not a resource
 * type: a policy allows session actions on the group (service authorization reference).
 */
function gameLiftStreamsArn(
  scope: Construct,
  region: string,
  resource: string,
  resourceName: string,
): string {
  return Stack.of(scope).formatArn({ service: 'gameliftstreams', region, resource, resourceName });
}

function groupArns(
  scope: Construct,
  on: 'streamGroups' | 'streamGroupsAndApplications',
  groups: readonly StreamGroupSettings[],
): string[] {
  const arns = groups.flatMap(({ id, region, applications }) => [
    gameLiftStreamsArn(scope, region, 'streamgroup', id),
    ...(on === 'streamGroupsAndApplications'
      ? applications.map((application) => gameLiftStreamsArn(scope, region, 'application', application))
      : []),
  ]);
  // Two groups of one Region may run the same application.
  return [...new Set(arns)];
}

/** One statement, or several where the roles of games make a difference; none where no game has a role. */
function statements(scope: Construct, { actions, on }: Grant, targets: GrantTargets): PolicyStatement[] {
  if (isTable(on)) {
    const { tableArn } = tableOf(targets, on);
    return [
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [tableArn] }),
    ];
  }
  if (on === 'gameRoles') return passRole(actions, targets);
  const named = actions.map((action) => `gameliftstreams:${action}`);
  if (on === 'streamGroups') {
    return [new PolicyStatement({ actions: named, resources: groupArns(scope, on, targets.streamGroups) })];
  }
  // A session of a group with a role is started with that role and no other.
  return [...Map.groupBy(targets.streamGroups, ({ roleArn }) => roleArn)].map(
    ([roleArn, groups]) =>
      new PolicyStatement({
        actions: named,
        resources: groupArns(scope, on, groups),
        ...(roleArn !== undefined && {
          conditions: { StringEquals: { 'gameliftstreams:RoleArn': roleArn } },
        }),
      }),
  );
}

/** StartStreamSession with `RoleArn` needs it (service authorization reference). */
function passRole(actions: readonly string[], { streamGroups }: GrantTargets): PolicyStatement[] {
  const roles = [...new Set(streamGroups.flatMap(({ roleArn }) => roleArn ?? []))];
  if (roles.length === 0) return [];
  return [
    new PolicyStatement({
      actions: actions.map((action) => `iam:${action}`),
      resources: roles,
      conditions: { StringEquals: { 'iam:PassedToService': 'gameliftstreams.amazonaws.com' } },
    }),
  ];
}

/** What every function may do: write into its own log group. */
export function ownLogStreams(logGroup: ILogGroup): PolicyStatement {
  return new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
}

/**
 * The whole policy of one function: its grants, its own log streams, its traces. Nothing else can add to it, because the
 * function gets a role that ignores policy updates.
 */
export function functionPolicy(
  scope: Construct,
  grants: readonly Grant[],
  targets: GrantTargets,
  logGroup: ILogGroup,
): PolicyDocument {
  return new PolicyDocument({
    statements: [
      ...grants.flatMap((grant) => statements(scope, grant, targets)),
      ownLogStreams(logGroup),
      new PolicyStatement({
        actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
        // X-Ray defines no resource types for these two actions, so the resource must be *.
        resources: ['*'],
      }),
    ],
  });
}
