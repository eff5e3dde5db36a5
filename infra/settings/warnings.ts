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

/** Regions with a GameLift Streams API (AWS General Reference, endpoints and quotas). AWS may add more. */
const apiRegions = ['us-east-2', 'us-west-2', 'ap-northeast-1', 'eu-central-1'];

/** Locations where GameLift Streams can run a session (developer guide, Regions and locations). AWS may add more. */
const streamingLocations = [
  ...apiRegions,
  ...[
    'us-east-1',
    'ap-south-1',
    'ap-northeast-2',
    'ap-southeast-2',
    'eu-west-1',
    'eu-west-2',
    'eu-north-1',
    'sa-east-1',
  ],
];

function streamGroupWarnings(
  { id, region, locations }: Settings['streamGroups'][number],
  at: number,
): Warning[] {
  const warnings: Warning[] = [];
  if (id === exampleStreamGroup) {
    warnings.push({
      id: 'rejoin:exampleSettings',
      message: `these are the example settings: no stream group of yours is called ${id}. Write settings.json before you deploy`,
    });
  }
  if (!apiRegions.includes(region)) {
    warnings.push({
      id: 'rejoin:unknownRegion',
      message: `streamGroups[${at}].region ${region} is not a Region we know GameLift Streams in (${apiRegions.join(', ')})`,
    });
  }
  const unknown = locations.filter(
    (location) => location !== region && !streamingLocations.includes(location),
  );
  if (unknown.length > 0) {
    warnings.push({
      id: 'rejoin:unknownLocation',
      message: `streamGroups[${at}].locations ${unknown.join(', ')}: not among the locations we know (${streamingLocations.join(', ')})`,
    });
  }
  return warnings;
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

/** All warnings, in the order of the settings. */
export function warningsFor(settings: Settings): Warning[] {
  const warnings = settings.streamGroups.flatMap(streamGroupWarnings);
  if (settings.webOrigins.length === 0) {
    warnings.push({
      id: 'rejoin:noWebOrigins',
      message:
        'webOrigins is empty: no web page can call the API. Write the origin of yours, such as "https://play.example.com"',
    });
  }
  warnings.push(...reconnectCapacityWarnings(settings));
  if (settings.alarmTopic === undefined) {
    warnings.push({
      id: 'rejoin:noAlarmTopic',
      message:
        'alarmTopic is not set: alarms change their colour on the dashboard, and nobody is told. Write the ARN of an SNS topic in the Region of the stack that somebody has subscribed to',
    });
  }
  const { level } = settings.logs;
  if (level === 'WARN' || level === 'ERROR') {
    warnings.push({
      id: 'rejoin:quietLogs',
      message: `logs.level ${level} leaves out the steps that players took, so the saved queries "This player's last hour" and "Why were reconnects refused" find little. Write "INFO"`,
    });
  }
  return warnings;
}
