/** Help texts: one for each command, and one for all of them. */
const PLAYER = `  --player ID         the player's id in AWS (UserId)
  --subject SUBJECT   the subject of the player's token; the id is derived from it and the issuer
  --issuer URL        the issuer, instead of looking it up in the stack's outputs`;
const COMMON = `
The operator API and your credentials:
  --stack NAME        the player API's stack; the operator API's is NAMEOperator (default Rejoin)
  --api URL           the operator API, instead of looking it up in the stack's outputs
  --region REGION     AWS Region (default: AWS_REGION, or the profile's)
  --profile NAME      a profile of AWS's shared files (default: AWS's usual credential chain)
  --local             the local deployment of this checkout, which npm start runs
  --directory DIR     where that deployment's endpoints.json is (default: .local of this checkout)

Output:
  --wait SECONDS      how long to keep trying if the API says that waiting helps (default 90)
  --json              JSON on standard output, and errors as JSON on standard error
  --help              this text`;

const EXITS = `
Exit codes: 0 done, 1 failed, 2 bad arguments, 3 refused, 4 not found, 5 the session's status
does not allow it, 6 not possible within the time, 7 the Session Manager plugin is missing or too old.`;

export const HELP = {
  all: `Lists, opens and ends players' stream sessions, and pauses new ones, through Rejoin's operator API.

  npm run --silent operator -- sessions --player ID | --subject SUBJECT
  npm run --silent operator -- case --request REQUEST_ID | --player ID | --subject SUBJECT
  npm run --silent operator -- shell STREAM_SESSION --reason REASON
  npm run --silent operator -- export STREAM_SESSION --reason REASON
  npm run --silent operator -- terminate STREAM_SESSION
  npm run --silent operator -- forget --player ID | --subject SUBJECT --reason REASON
  npm run --silent operator -- brake [starts --for 30m | --off] --reason REASON

STREAM_SESSION is an ARN, STREAM_GROUP/ID as "sessions" prints it, or an id with --stream-group. Each command has a --help.
${COMMON}
${EXITS}`,

  sessions: `The stream sessions of a player, the newest first: sessions --player ID | --subject SUBJECT

${PLAYER}
${COMMON}
${EXITS}`,

  shell: `A terminal inside a running stream session: shell STREAM_SESSION --reason REASON

The use is recorded first: who, when, which session and player, and the reason. It raises an alarm.

  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
  --stream-group ID   the stream group of a bare id
  --plugin PATH       the Session Manager plugin (default: session-manager-plugin on the PATH)
  --credentials       prints the credentials as JSON instead of starting the plugin. Keep them secret: they are valid for 60 seconds

Ctrl-C goes to the program in the shell; "exit" leaves. You get the plugin's exit code.
${COMMON}
${EXITS}`,

  case: `All that is known of one request or player, as one timeline: case --request REQUEST_ID | --player ID | --subject SUBJECT

It joins what the player's page reported, the access log, the functions' logs, the table, AWS's status and the audit. It uses
your own AWS credentials, see docs/operator.md for the permissions. AWS bills what Logs Insights scans.

  --request ID        the id in an answer: requestId of a problem, or the header Apigw-Requestid
${PLAYER}
  --since TIME        how far back to look, such as 30m, 1h or 2d (default 1h, at most 7d)
  --max-scan GB       stops when the queries have scanned this much (default 5)
${COMMON}
${EXITS}`,

  export: `Lets AWS export the files of a live stream session when it ends: export STREAM_SESSION --reason REASON

The files go to the bucket in the setting exportBucket. The use is recorded first, and raises an alarm.

  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
  --stream-group ID   the stream group of a bare id
${COMMON}
${EXITS}`,

  forget: `Deletes the records of a player's stream sessions: forget --player ID | --subject SUBJECT --reason REASON

It is refused while a session may be live. The player's rate limits, the logs and the audit stay, see docs/privacy.md. The use
is recorded first, and raises an alarm.

${PLAYER}
  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
${COMMON}
${EXITS}`,

  brake: `Pauses new sessions; running sessions and reconnects go on: brake starts --for 30m --reason REASON

It needs no deployment, takes effect within five seconds, and ends by itself. A start gets "starts_paused", and the page tries again by itself.
The use is recorded first, and raises an alarm. Without --for and --off it says whether new sessions are paused.

  --for TIME          for how long, such as 90s, 30m or 2h, 24h at most; a new time replaces the old one
  --off               ends the pause now
  --status            says whether new sessions are paused, until when, by whom and why
  --reason REASON     why, in 10 to 500 characters, such as a ticket and a sentence
${COMMON}
${EXITS}`,

  terminate: `Ends a stream session of any player: terminate STREAM_SESSION

The use is recorded first, and raises an alarm.

  --stream-group ID   the stream group of a bare id
${COMMON}
${EXITS}`,
} as const;
