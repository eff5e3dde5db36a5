import {
  parseOptions,
  refuseEmpty,
  SHARED_OPTIONS,
  type SharedArguments,
  TEXT,
  usageFailure,
} from '../cli/arguments.ts';

/** The doctor's command line, checked. */
export interface Arguments extends SharedArguments {
  /** A settings file, as `-c settings=` of the CDK takes it. */
  settings?: string | undefined;
  /** How many players may be streaming at once. */
  players?: number | undefined;
  /** A player's access token. It is never shown. */
  token?: string | undefined;
}

export const HELP = `Checks whether Rejoin can be deployed with your settings, and whether the deployment works: npm run doctor -- [options]

It checks the settings, the AWS credentials, the account's quotas, Lambda's concurrency, the stream groups and the alarms' topic. If there is a
stack, it also checks its settings, functions, alarms, API, CORS, identity provider, and this machine's clock. It changes nothing.

With --token it also compares the token's claims with the settings, calls each player route with requests that start, join and end nothing, and looks
for these requests in the API's access log. It prints neither the token nor its subject.

  --settings FILE    a settings file, as "cdk deploy -c settings=FILE" takes it (default settings.json, else cdk.json's)
  --players N        how many players may stream at the same time: do all get back in time if all lose their stream together?
                     (default: expectedPlayers of the settings)
  --token TOKEN      an access token of a player, such as "$(npm run --silent token -- alice)" for the local deployment
  --region REGION    AWS Region of the stack (default: AWS_REGION, or the profile's)
  --profile NAME     a profile of AWS's shared files (default: AWS's usual credential chain)
  --local            the local deployment of this checkout, which npm start runs
  --directory DIR    where that deployment's endpoints.json is (default: .local of this checkout)
  --json             one JSON object on standard output
  --help             this text

Each line is a finding: ✓ is fine, ! is a warning, ? could not be checked, ✗ is a problem.
Exit codes: 0 no problem, and everything was checked; 1 a problem, or invalid arguments; 2 no problem was found, but something could not be
checked. The last lines say what could not be checked, which IAM actions were missing, and what was not tried.`;

const SEE = 'npm run doctor -- --help';

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  if (argv.includes('--help')) return { help: HELP };
  const options = { ...SHARED_OPTIONS, settings: TEXT, players: TEXT, token: TEXT };
  const { values } = parseOptions({ args: argv, options, allowPositionals: false }, SEE);
  refuseEmpty(values, SEE);
  const { players, ...given } = values;
  if (players === undefined) return given as unknown as Arguments;
  if (!/^[1-9]\d{0,8}$/.test(String(players))) {
    throw usageFailure('--players must be a whole number of players, such as 2000.', SEE);
  }
  return { ...given, players: Number(players) } as unknown as Arguments;
}
