/** What a function learns from its environment: the settings it needs, and nothing that only the deployment needs. */
import { Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { isTable, type Route, type TableTarget } from '../routes/route.ts';
import { operatorSettings, playerSettings } from '../settings/deployed.ts';
import { SettingsError } from '../settings/errors.ts';
import type { Settings } from '../settings/settings.ts';
import { type GrantTargets, tableOf } from './grants.ts';

/** Under these names the functions' metrics stand in CloudWatch. */
export const metricsNamespace = 'Rejoin';
export const serviceName = 'rejoin';

/** Lambda's limit for all variables of one function together, in bytes (AWS Lambda quotas). */
const environmentLimitBytes = 4096;

/** A name that CloudFormation has still to make up is counted at a table name's greatest length. */
const longestTableName = 'x'.repeat(255);

/** Lambda measures the variables as JSON, where each quote inside `SETTINGS` counts twice. */
function measured(environment: Record<string, string>): number {
  const known = Object.entries(environment).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? longestTableName : value,
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(known)));
}

/** What every function gets beside its settings and tables. */
function telemetry(settings: Settings): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: serviceName,
    POWERTOOLS_METRICS_NAMESPACE: metricsNamespace,
    POWERTOOLS_LOG_LEVEL: settings.logs.level,
  };
}

/** @throws {SettingsError} when the variables would not fit into Lambda's 4 KB */
function fitting(environment: Record<string, string>, { streamGroups, operators }: Settings, own = false) {
  const bytes = measured(environment);
  if (bytes <= environmentLimitBytes) return environment;
  const lists = own
    ? `operators has ${operators?.length ?? 0} entries and streamGroups ${streamGroups.length}`
    : `streamGroups has ${streamGroups.length} entries`;
  const instead = own
    ? 'list a role instead of people, or split the stream groups over several stacks'
    : 'split the stream groups over several stacks';
  throw new SettingsError([
    `${lists}, which take ${bytes} bytes of a function's environment; Lambda allows ${environmentLimitBytes}: ${instead}`,
  ]);
}

/**
 * The variables every player function gets.
 *
 * @throws {SettingsError} when they would not fit into Lambda's 4 KB
 */
export function playerEnvironment(settings: Settings, table: Table): Record<string, string> {
  const environment = {
    SETTINGS: JSON.stringify(playerSettings(settings)),
    TABLE_NAME: table.tableName,
    ...telemetry(settings),
  };
  return fitting(environment, settings);
}

/** Where each table's name stands. */
const tableVariables: Record<TableTarget, string> = {
  table: 'TABLE_NAME',
  rateTable: 'RATE_TABLE_NAME',
  auditTable: 'AUDIT_TABLE_NAME',
};

/**
 * The variables of one operator function: of the tables, those that it has a grant on.
 *
 * @throws {SettingsError} when they would not fit into Lambda's 4 KB
 */
export function operatorEnvironment(
  settings: Settings,
  { grants }: Pick<Route, 'grants'>,
  targets: GrantTargets,
): Record<string, string> {
  const tables = grants.map(({ on }) => on).filter(isTable);
  const environment = {
    SETTINGS: JSON.stringify(operatorSettings(settings)),
    ...Object.fromEntries(tables.map((on) => [tableVariables[on], tableOf(targets, on).tableName])),
    ...telemetry(settings),
  };
  return fitting(environment, settings, true);
}
