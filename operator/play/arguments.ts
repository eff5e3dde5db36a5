import {
  FLAG,
  parseOptions,
  refuseEmpty,
  SHARED_OPTIONS,
  type SharedArguments,
  TEXT,
  usageFailure,
  wholeNumber,
} from '../cli/arguments.ts';

/** The command line of `npm run play`, checked. */
export interface Arguments extends SharedArguments {
  /** Name of the player API's stack. */
  stack?: string | undefined;
  /** Amazon's Web SDK. */
  webSdk?: string | undefined;
  /** Where the page is served. */
  port?: number | undefined;
  clientId?: string | undefined;
  scope?: string | undefined;
  /** What the provider wants in an authorization request besides. */
  signInParameters: Record<string, string>;
  streamGroup?: string | undefined;
  application?: string | undefined;
  /** Plays without hands, and says what passed. */
  check: boolean;
  /** A player's access token, for a check. */
  token?: string | undefined;
  /** How long a check takes the network away, in seconds. */
  dark: number;
  /** Shows the browser of a check. */
  headed: boolean;
}

export const DEFAULT_PORT = 8080;
const DEFAULT_DARK_SECONDS = 4;

const HELP = `Plays against your deployment, on a page of this machine: npm run play -- [options]

It reads the stack's outputs, serves the console page on localhost, and signs in with the stack's identity provider. Start a session there,
disconnect the network, and watch the stream come back.

  --web-sdk FILE        Amazon's Web SDK, as AWS offers it for download: see "Setting up the Web SDK" in the GameLift Streams guide,
                        https://docs.aws.amazon.com/gameliftstreams/latest/developerguide/setting-up-web-sdk.html
  --stack NAME          stack of the player API (default Rejoin)
  --port N              serve the page at http://localhost:N (default ${DEFAULT_PORT}); webOrigins of your settings must list that address,
                        which needs removalPolicy "destroy"
  --client-id ID        the page's client at your own identity provider (with our user pool, the stack knows it)
  --scope SCOPE         scope that the page requests from that provider (default: the scope that the API requires)
  --sign-in NAME=VALUE  one more parameter of the sign-in, such as audience=https://api.example.com for Auth0; may be repeated
  --stream-group ID     stream group (default: the first in the deployed settings)
  --application ID      application to start (default: the first of that stream group)

  --check               plays by itself: starts a session, disconnects the network, waits until the stream plays again, leaves, comes back
                        on a new connection, and ends the session. Prints the results and the timelines. AWS charges for the session
  --token TOKEN         a player's access token, for --check (default: REJOIN_TOKEN)
  --dark SECONDS        how long --check disconnects the network (default ${DEFAULT_DARK_SECONDS})
  --headed              shows the browser of --check

  --local               the local deployment of this checkout, which npm start runs; a check makes its own player there
  --directory DIR       where that deployment's endpoints.json is (default: .local of this checkout)
  --region REGION       AWS Region of the stack (default: AWS_REGION, or the profile's)
  --profile NAME        a profile of AWS's shared files (default: AWS's usual credential chain)
  --json                with --check: one JSON object on standard output
  --help                this text

Exit codes of --check: 0 all passed, 1 something failed, 2 invalid arguments.`;

const SEE = 'npm run play -- --help';

const OPTIONS = {
  ...SHARED_OPTIONS,
  stack: TEXT,
  'web-sdk': TEXT,
  port: TEXT,
  'client-id': TEXT,
  scope: TEXT,
  'sign-in': { type: 'string', multiple: true },
  'stream-group': TEXT,
  application: TEXT,
  check: FLAG,
  token: TEXT,
  dark: TEXT,
  headed: FLAG,
} as const;

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  if (argv.includes('--help')) return { help: HELP };
  const { values } = parseOptions({ args: argv, options: OPTIONS, allowPositionals: false }, SEE);
  refuseEmpty(values, SEE);
  const given = values as unknown as Record<string, string | undefined> &
    SharedArguments & { check: boolean; headed: boolean; 'sign-in'?: string[] };
  for (const name of ['token', 'dark', 'headed'] as const) {
    if (given[name] && !given.check) throw usageFailure(`--${name} is for --check.`, SEE);
  }
  return {
    region: given.region,
    profile: given.profile,
    local: given.local,
    directory: given.directory,
    json: given.json,
    check: given.check,
    headed: given.headed,
    stack: given.stack,
    webSdk: given['web-sdk'],
    port:
      given.port === undefined ? undefined : wholeNumber('port', given.port, { least: 1, most: 65_535 }, SEE),
    clientId: given['client-id'],
    scope: given.scope,
    signInParameters: Object.fromEntries((given['sign-in'] ?? []).map(pair)),
    streamGroup: given['stream-group'],
    application: given.application,
    token: given.token,
    dark:
      given.dark === undefined
        ? DEFAULT_DARK_SECONDS
        : wholeNumber('dark', given.dark, { least: 1, most: 100 }, SEE),
  };
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw usageFailure(`--sign-in must be NAME=VALUE, such as audience=https://api.example.com.`, SEE);
  return [text.slice(0, at), text.slice(at + 1)];
}
