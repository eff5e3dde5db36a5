/** Warnings about settings that are valid and may be intended. They never stop a deployment. */

import { capacityShortfall, reconnectCapacities } from './reconnect-capacity.ts';
import type { Settings } from './settings.ts';

export interface Warning {
  /** A stable name, with which a deployer can acknowledge the warning in CDK. */
  readonly id: string;
  readonly message: string;
}

/** The stream group of cdk.json's example and of AWS's own documentation. */
const exampleStreamGroup = 'sg-1AB2C3De4';

function exampleWarnings({ id }: Settings['streamGroups'][number]): Warning[] {
  if (id !== exampleStreamGroup) return [];
  const message = `these are the example settings: your account has no stream group ${id}. Write settings.json before you deploy`;
  return [{ id: 'rejoin:exampleSettings', message }];
}

/** Warns if expectedPlayers could not all get back, in each Region, when all lose their streams at once. */
function reconnectCapacityWarnings({ expectedPlayers, ...settings }: Settings): Warning[] {
  if (expectedPlayers === undefined) return [];
  return reconnectCapacities(settings).flatMap((capacity) => {
    const shortfall = capacityShortfall(capacity, expectedPlayers);
    if (shortfall === undefined) return [];
    const message = `expectedPlayers, in ${capacity.region}: ${shortfall.says}. To help, ${shortfall.todo}`;
    return [{ id: 'rejoin:storm', message }];
  });
}

/** Cognito's own sender is for trials: 50 e-mails a day for an account (Cognito quotas, "Email messages"). */
function emailWarnings({ identity }: Settings): Warning[] {
  if (!('cognito' in identity) || !identity.cognito.selfSignUp || identity.cognito.email) return [];
  const message =
    'identity.cognito.selfSignUp lets everybody create an account, and Cognito sends only 50 e-mails a day for the whole AWS account: further players get no code. Write identity.cognito.email, to send through Amazon SES';
  return [{ id: 'rejoin:cognitoEmail', message }];
}

/**
 * All warnings, in the order of the settings.
 *
 * @param hasAlarmActions whether alarms do something besides notifying the topic
 */
export function warningsFor(settings: Settings, hasAlarmActions = false): Warning[] {
  const warnings = settings.streamGroups.flatMap(exampleWarnings);
  if (settings.webOrigins.length === 0) {
    warnings.push({
      id: 'rejoin:noWebOrigins',
      message:
        'webOrigins is empty: no web page can call the API. Write the origin of your page, such as "https://play.example.com"',
    });
  }
  warnings.push(...emailWarnings(settings), ...reconnectCapacityWarnings(settings));
  if (settings.alarmTopic === undefined && !hasAlarmActions) {
    warnings.push({
      id: 'rejoin:noAlarmTopic',
      message:
        'alarmTopic is not set: alarms change their colour on the dashboard, but notify nobody. Write the ARN of an SNS topic that has a subscriber, in the Region of the stack',
    });
  }
  const { level } = settings.logs;
  if (level === 'WARN' || level === 'ERROR') {
    warnings.push({
      id: 'rejoin:quietLogs',
      message: `logs.level ${level} leaves out the players' steps, so the saved queries "This player's last hour" and "Why were reconnects refused" find little. Write "INFO"`,
    });
  }
  return warnings;
}
