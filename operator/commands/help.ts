/** Help texts: one for each command, and one for all of them. */
const COMMON = `
Where the operator API is, and as whom to call it:
  --stack NAME        the player API's stack, beside which the operator API's is (default Rejoin)
  --api URL           the operator API, instead of looking it up in the stack's outputs
  --region REGION     AWS Region (default: AWS_REGION, or the profile's)
  --profile NAME      a profile of AWS's shared files; else the ordinary credential chain decides
  --local             the local deployment of this checkout, which npm start runs
  --directory DIR     where that deployment's endpoints.json is (default: .local of this checkout)

How to answer:
  --wait SECONDS      how long to go on asking when the API says "later" (default 90)
  --json              JSON on standard output, and errors as JSON on standard error
  --help              this text`;

const EXITS = `
Exit codes: 0 done, 1 failed, 2 bad arguments, 3 refused, 4 no such stream session, 5 its status does not allow it,
6 later perhaps, 7 the Session Manager plugin is missing or too old.`;

export const HELP = {
  all: `Looks up players' stream sessions, opens audited admin shells into them and pauses new ones, by Rejoin's operator API.

  npm run --silent operator -- sessions --player ID | --subject SUBJECT
  npm run --silent operator -- shell STREAM_SESSION --reason REASON
  npm run --silent operator -- terminate STREAM_SESSION
  npm run --silent operator -- brake [starts --for 30m | --off] --reason REASON

STREAM_SESSION is an ARN, STREAM_GROUP/ID as "sessions" prints it, or an id with --stream-group. Each command has a --help.
${COMMON}
${EXITS}`,

  sessions: `The stream sessions of a player, the newest first: sessions --player ID | --subject SUBJECT

  --player ID         the player's id in AWS (UserId)
  --subject SUBJECT   the subject of the player's token; the id is derived from it and the issuer
  --issuer URL        the issuer, instead of looking it up in the stack's outputs
${COMMON}
${EXITS}`,

  shell: `A terminal inside a running stream session: shell STREAM_SESSION --reason REASON

The use is recorded before anything else: who, when, which session, whose, and the reason. It rings an alarm.

  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
  --stream-group ID   the stream group of a bare id
  --plugin PATH       the Session Manager plugin (default: session-manager-plugin on the PATH)
  --credentials       prints the credentials as JSON instead of starting the plugin. They are secret for their 60 seconds.

Ctrl-C goes to the shell inside; "exit" leaves. The plugin's exit code is passed on.
${COMMON}
${EXITS}`,

  brake: `Pauses new sessions, and leaves those that run and their reconnects alone: brake starts --for 30m --reason REASON

It needs no deployment, takes effect within five seconds, and ends by itself. Players who start hear "starts_paused", wait and ask again. The use is recorded
before anything else, and rings an alarm. Without --for and --off it says whether new sessions are paused.

  --for TIME          for how long, such as 90s, 30m or 2h, 24h at most; a new time replaces the old one
  --off               ends the pause now
  --status            says whether new sessions are paused, until when, by whom and why
  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
${COMMON}
${EXITS}`,

  terminate: `Ends a stream session, whoever plays in it: terminate STREAM_SESSION

The use is recorded before anything else, and rings an alarm.

  --stream-group ID   the stream group of a bare id
${COMMON}
${EXITS}`,
} as const;
