import type { Arguments } from './arguments.ts';

/** Commands that repair what was checked, with the same settings, Region and credentials. Each works as it is pasted. */
export interface Hints {
  /** Deploys the settings. */
  deploy: string;
  /** Prepares an account and Region for the CDK, and deploys there for the first time. */
  bootstrap: string;
  /** @param command the part after `aws`, without Region and profile */
  aws(command: string, region: string): string;
}

/** Quotes a text so that a POSIX shell takes it for one word. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The commands repeat options of the command line. What came from the environment is still there when a command is pasted. */
export function createHints({
  settings,
  region,
  profile,
  local,
}: Pick<Arguments, 'settings' | 'region' | 'profile' | 'local'>): Hints {
  const profileOption = profile === undefined ? '' : ` --profile ${shellWord(profile)}`;
  const settingsOption = settings === undefined ? '' : ` -c ${shellWord(`settings=${settings}`)}`;
  const regionVariable = region === undefined ? '' : `AWS_REGION=${shellWord(region)} `;
  const cdk = (command: string) => `${regionVariable}npx cdk ${command}${settingsOption}${profileOption}`;
  const deploy = local ? 'end npm start, and begin it again' : cdk('deploy --all');
  return {
    deploy,
    bootstrap: `${cdk('bootstrap')} && ${deploy}`,
    aws: (command, commandRegion) => `aws ${command} --region ${shellWord(commandRegion)}${profileOption}`,
  };
}
