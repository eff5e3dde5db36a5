/** What a function learns from its environment: the settings it needs, and nothing that only the deployment needs. */
import { Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Settings } from './settings.ts';
import { SettingsError } from './settings-problems.ts';

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

/**
 * The variables every player function gets.
 *
 * @throws {SettingsError} when they would not fit into Lambda's 4 KB
 */
export function functionEnvironment(settings: Settings, table: Table): Record<string, string> {
  const { streamGroups, userId, launchArguments, limits, quotas, adoption } = settings;
  const environment = {
    SETTINGS: JSON.stringify({ streamGroups, userId, launchArguments, limits, quotas, adoption }),
    TABLE_NAME: table.tableName,
    POWERTOOLS_SERVICE_NAME: 'rejoin',
    POWERTOOLS_METRICS_NAMESPACE: 'Rejoin',
    POWERTOOLS_LOG_LEVEL: settings.logs.level,
  };
  const bytes = measured(environment);
  if (bytes > environmentLimitBytes) {
    throw new SettingsError([
      `streamGroups has ${streamGroups.length} entries, which take ${bytes} bytes of a function's environment; ` +
        `Lambda allows ${environmentLimitBytes}: split the stream groups over several stacks`,
    ]);
  }
  return environment;
}
