import {
  CreateStreamSessionConnectionCommand,
  type GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
  TerminateStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';

/** A session as AWS shows it. */
export interface SessionView {
  status: string;
  statusReason: string | undefined;
  signalResponse: string | undefined;
  lastUpdatedAt: Date | undefined;
}

/** An answer of AWS, or the name of its error. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: string };

/** The calls of one conformance run. An error of AWS's is an outcome; one of the network is thrown. */
export interface Calls {
  start(signalRequest: string): Promise<string>;
  get(id: string): Promise<Outcome<SessionView>>;
  connect(id: string, signalRequest: string, clientToken: string): Promise<Outcome<string>>;
  terminate(id: string): Promise<Outcome<undefined>>;
}

/** How long the session may live at most, in seconds, whatever happens to this program. */
const SESSION_SECONDS = 20 * 60;

export function createCalls(
  client: GameLiftStreamsClient,
  { streamGroup, application }: { streamGroup: string; application: string },
  run: string,
): Calls {
  const outcome = async <T>(call: Promise<T>): Promise<Outcome<T>> => {
    try {
      return { ok: true, value: await call };
    } catch (error) {
      const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === undefined) throw error;
      return { ok: false, error: name };
    }
  };
  const at = (id: string) => ({ Identifier: streamGroup, StreamSessionIdentifier: id });
  return {
    async start(signalRequest) {
      const { Arn = '' } = await client.send(
        new StartStreamSessionCommand({
          ClientToken: `${run}-start-of-the-session`,
          Identifier: streamGroup,
          ApplicationIdentifier: application,
          Protocol: 'WebRTC',
          SignalRequest: signalRequest,
          SessionLengthSeconds: SESSION_SECONDS,
          UserId: 'rejoin-conformance',
          Description: 'Rejoin conformance',
        }),
      );
      const id = Arn.split('/').at(-1);
      if (!id) throw new Error(`StartStreamSession answered with the ARN "${Arn}".`);
      return id;
    },
    get: (id) =>
      outcome(
        client.send(new GetStreamSessionCommand(at(id))).then((session) => ({
          status: session.Status ?? 'UNKNOWN',
          statusReason: session.StatusReason,
          signalResponse: session.SignalResponse || undefined,
          lastUpdatedAt: session.LastUpdatedAt,
        })),
      ),
    connect: (id, SignalRequest, ClientToken) =>
      outcome(
        client
          .send(new CreateStreamSessionConnectionCommand({ ...at(id), SignalRequest, ClientToken }))
          .then(({ SignalResponse = '' }) => SignalResponse),
      ),
    terminate: (id) => outcome(client.send(new TerminateStreamSessionCommand(at(id))).then(() => undefined)),
  };
}
