/** What a deployer should know although it may well be intended. Warnings never stop a deployment. */

import { stormProblem, stormsOf } from './reconnect-capacity.ts';
import type { Settings } from './settings.ts';

export interface Warning {
  /** Stable name, by which CDK lets a deployer acknowledge the warning. */
  readonly id: string;
  readonly message: string;
}

/** The stream group in cdk.json's example, and in AWS's own documentation. */
const exampleStreamGroup = 'sg-1AB2C3De4';

/** Regions with a GameLift Streams API (AWS General Reference, endpoints and quotas). AWS adds more. */
const apiRegions = ['us-east-2', 'us-west-2', 'ap-northeast-1', 'eu-central-1'];

/** Where GameLift Streams can run a session (developer guide, Regions and locations). AWS adds more. */
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

/** What expectedPlayers would meet in each Region, were they all dropped together. */
function stormWarnings({ expectedPlayers, ...settings }: Settings): Warning[] {
  if (expectedPlayers === undefined) return [];
  return stormsOf(settings).flatMap((storm) => {
    const found = stormProblem(storm, expectedPlayers);
    if (found === undefined) return [];
    const message = `expectedPlayers, in ${storm.region}: ${found.says}. To help, ${found.todo}`;
    return [{ id: 'rejoin:storm', message }];
  });
}

/** Everything about these settings that deserves a second look, in the order of the settings. */
export function warningsFor(settings: Settings): Warning[] {
  const warnings = settings.streamGroups.flatMap(streamGroupWarnings);
  if (settings.webOrigins.length === 0) {
    warnings.push({
      id: 'rejoin:noWebOrigins',
      message:
        'webOrigins is empty: no web page can call the API. Write the origin of yours, such as "https://play.example.com"',
    });
  }
  warnings.push(...stormWarnings(settings));
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
