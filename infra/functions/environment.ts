/** The environment variables of the functions: only the settings that a function needs. */
import { Token } from 'aws-cdk-lib';
import type { TableVariable } from '../../contract/environment.ts';
import { METRICS_NAMESPACE, SERVICE_NAME } from '../../contract/metrics.ts';
import { isTable, type Route, type TableTarget } from '../routes/route.ts';
import { operatorSettings, playerSettings } from '../settings/deployed.ts';
import { SettingsError } from '../settings/errors.ts';
import { token } from '../settings/rules.ts';
import type { Settings } from '../settings/settings.ts';
import { type GrantTargets, tableOf } from './grants.ts';

/** Lambda's limit for all variables of one function together, in bytes (AWS Lambda quotas). */
const environmentLimitBytes = 4096;

/** CloudFormation generates table names later, so each counts with the greatest length of a table name. */
const longestTableName = 'x'.repeat(255);

/** What a token of the settings stands for: an id, an ARN or an account. Most are shorter. */
const longestValue = 'x'.repeat(64);

/** Size in bytes. Lambda measures the variables as JSON, where each quote inside `SETTINGS` counts twice. */
function byteLength(environment: Record<string, string>): number {
  const tables: string[] = Object.values(tableVariables);
  const sized = Object.entries(environment).map(([name, value]) => [
    name,
    tables.includes(name) && Token.isUnresolved(value)
      ? longestTableName
      : value.replaceAll(new RegExp(token, 'g'), longestValue),
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(sized)));
}

/** The variables of every function, besides its settings and tables. */
export function telemetryVariables(settings: Settings): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    POWERTOOLS_LOG_LEVEL: settings.logs.level,
  };
}

/**
 * @param forOperators whether they are an operator function's, where the list of operators takes space too
 * @returns the environment
 * @throws {SettingsError} when the variables do not fit into Lambda's 4 KB
 */
function requireFits(
  environment: Record<string, string>,
  { streamGroups, operators }: Settings,
  forOperators = false,
) {
  const bytes = byteLength(environment);
  if (bytes <= environmentLimitBytes) return environment;
  const lists = forOperators
    ? `operators has ${operators?.length ?? 0} entries and streamGroups ${streamGroups.length}`
    : `streamGroups has ${streamGroups.length} entries`;
  const instead = forOperators
    ? 'list a role instead of people, or split the stream groups over several stacks'
    : 'split the stream groups over several stacks';
  throw new SettingsError([
    `${lists}, which take ${bytes} bytes of a function's environment; Lambda allows ${environmentLimitBytes}: ${instead}`,
  ]);
}

/** The variable with the name of each table. */
const tableVariables: Record<TableTarget, TableVariable> = {
  table: 'TABLE_NAME',
  brakeTable: 'BRAKE_TABLE_NAME',
  rateTable: 'RATE_TABLE_NAME',
  auditTable: 'AUDIT_TABLE_NAME',
};

/** The names of the tables that a function has a grant on. */
function tableNames({ grants }: Pick<Route, 'grants'>, targets: GrantTargets): Record<string, string> {
  const tables = grants.map(({ on }) => on).filter(isTable);
  return Object.fromEntries(tables.map((on) => [tableVariables[on], tableOf(targets, on).tableName]));
}

/**
 * The variables of one player function. It gets the names of the tables that it has a grant on.
 *
 * @throws {SettingsError} when they do not fit into Lambda's 4 KB
 */
export function playerEnvironment(
  settings: Settings,
  route: Pick<Route, 'grants'>,
  targets: GrantTargets,
): Record<string, string> {
  const environment = {
    SETTINGS: JSON.stringify(playerSettings(settings)),
    ...tableNames(route, targets),
    ...telemetryVariables(settings),
  };
  return requireFits(environment, settings);
}

/**
 * The variables of one operator function. It gets the names of the tables that it has a grant on.
 *
 * @throws {SettingsError} when they do not fit into Lambda's 4 KB
 */
export function operatorEnvironment(
  settings: Settings,
  route: Pick<Route, 'grants'>,
  targets: GrantTargets,
): Record<string, string> {
  const environment = {
    SETTINGS: JSON.stringify(operatorSettings(settings)),
    ...tableNames(route, targets),
    ...telemetryVariables(settings),
  };
  return requireFits(environment, settings, true);
}
