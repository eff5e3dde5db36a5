import { CreateStreamSessionAdminShellCommand } from '@aws-sdk/client-gameliftstreams';
import { AwsFailure } from './aws-failure.ts';
import { type CallBudget, call, clientFor } from './calls.ts';

/** What the Session Manager plugin connects with. Whoever has it has the player's screen, input and files. */
export interface ShellCredentials {
  sessionId: string;
  streamUrl: string;
  tokenValue: string;
}

/**
 * CreateStreamSessionAdminShell. Repeated after a failure that leaves the outcome open it may open a second shell, of
 * which nobody learns and which expires like the first.
 *
 * @throws AwsFailure; `notReady` where AWS has not prepared access yet, which is not waited out here.
 */
export async function createAdminShell(
  region: string,
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
): Promise<ShellCredentials> {
  const command = () =>
    new CreateStreamSessionAdminShellCommand({
      Identifier: streamGroupId,
      StreamSessionIdentifier: streamSessionId,
    });
  const answer = await call((abortSignal) => clientFor(region).send(command(), { abortSignal }), budget);
  // AWS's model requires none of the three.
  const { SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue } = answer;
  if (!sessionId || !streamUrl || !tokenValue) throw new AwsFailure('answerless', false);
  return { sessionId, streamUrl, tokenValue };
}
