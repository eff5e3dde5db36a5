import type { Arguments } from './arguments.ts';

/** Commands that mend what was looked at, with the same settings, Region and credentials. Each works as it is pasted. */
export interface Hints {
  /** Brings the settings to where they are looked at. */
  deploy: string;
  /** What comes before the first deployment in an account and Region, and that deployment. */
  bootstrap: string;
  /** @param command what stands after `aws`, without Region and profile */
  aws(command: string, region: string): string;
}

/** As a POSIX shell takes it for one word. */
export const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Repeats what was given on the command line; what came from the environment is there when the command is pasted. */
export function createHints({
  settings,
  region,
  profile,
  local,
}: Pick<Arguments, 'settings' | 'region' | 'profile' | 'local'>): Hints {
  const as = profile === undefined ? '' : ` --profile ${word(profile)}`;
  const from = settings === undefined ? '' : ` -c ${word(`settings=${settings}`)}`;
  const where = region === undefined ? '' : `AWS_REGION=${word(region)} `;
  const cdk = (command: string) => `${where}npx cdk ${command}${from}${as}`;
  const deploy = local ? 'end npm start, and begin it again' : cdk('deploy --all');
  return {
    deploy,
    bootstrap: `${cdk('bootstrap')} && ${deploy}`,
    aws: (command, at) => `aws ${command} --region ${word(at)}${as}`,
  };
}
