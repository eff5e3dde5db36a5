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

/** The command line of `npm run conformance`, checked. */
export interface Arguments extends SharedArguments {
  streamGroup?: string | undefined;
  application?: string | undefined;
  webSdk?: string | undefined;
  /** How many times the client falls silent. */
  losses: number;
  /** How long an ended session is read, in seconds. */
  watchEnded: number;
  /** Where the result is written. */
  output: string;
  headed: boolean;
  /** Does not ask before it starts a session. */
  yes: boolean;
}

const HELP = `Finds out how GameLift Streams behaves where AWS does not document it, with one stream session: npm run conformance -- [options]

It uses a browser as the client and your own AWS credentials; Rejoin's API takes no part. It reconnects while the session is CONNECTED, repeats
client tokens and offers, falls silent and comes back, closes cleanly, and ends the session. It prints what AWS did beside the emulator's
setting, and writes a file that makes the emulator do the same: npm start -- --as FILE.

  --stream-group ID    stream group, an id or an ARN; it must be ACTIVE and have capacity
  --application ID     application to start, an id or an ARN (default: the group's default application)
  --web-sdk FILE       Amazon's Web SDK, as AWS offers it for download: see "Setting up the Web SDK" in the GameLift Streams guide,
                       https://docs.aws.amazon.com/gameliftstreams/latest/developerguide/setting-up-web-sdk.html
  --losses N           how often the client falls silent (default 3, at most 20)
  --watch-ended S      how long to keep reading the ended session, in seconds (default 10)
  --output FILE        where to write the result (default conformance.json)
  --headed             shows the browser
  --yes                starts the session, for which AWS charges, without asking you first

  --local              the local deployment of this checkout, which npm start runs, with the stand-in of the Web SDK
  --directory DIR      where that deployment's endpoints.json is (default: .local of this checkout)
  --region REGION      AWS Region of the stream group (default: AWS_REGION, or the profile's)
  --profile NAME       a profile of AWS's shared files (default: AWS's usual credential chain)
  --json               prints the result as one JSON object
  --help               this text

The credentials need gameliftstreams: StartStreamSession, GetStreamSession, CreateStreamSessionConnection, TerminateStreamSession and GetStreamGroup.
Exit codes: 0 the run finished, 1 it did not, 2 invalid arguments. Ctrl-C ends the session first.`;

const SEE = 'npm run conformance -- --help';

/** @returns the text to print for `--help`, or what to do. @throws Failure with one sentence that says what to write */
export function readArguments(argv: readonly string[]): { help: string } | Arguments {
  if (argv.includes('--help')) return { help: HELP };
  const { values } = parseOptions(
    {
      args: argv,
      options: {
        ...SHARED_OPTIONS,
        'stream-group': TEXT,
        application: TEXT,
        'web-sdk': TEXT,
        losses: TEXT,
        'watch-ended': TEXT,
        output: TEXT,
        headed: FLAG,
        yes: FLAG,
      },
      allowPositionals: false,
    },
    SEE,
  );
  refuseEmpty(values, SEE);
  const given = values as unknown as SharedArguments &
    Record<string, string | undefined> & { headed: boolean; yes: boolean };
  if (!given.local && given['stream-group'] === undefined)
    throw usageFailure('Pass --stream-group, or --local.', SEE);
  if (!given.local && given['web-sdk'] === undefined)
    throw usageFailure(
      "Give Amazon's Web SDK with --web-sdk FILE: the stand-in plays with the emulator only.",
      SEE,
    );
  return {
    ...{ region: given.region, profile: given.profile, local: given.local },
    ...{ directory: given.directory, json: given.json, headed: given.headed, yes: given.yes },
    streamGroup: given['stream-group'],
    application: given.application,
    webSdk: given['web-sdk'],
    losses: wholeNumber('losses', given.losses ?? '3', { least: 1, most: 20 }, SEE),
    watchEnded: wholeNumber('watch-ended', given['watch-ended'] ?? '10', { least: 0, most: 86_400 }, SEE),
    output: given.output ?? 'conformance.json',
  };
}
