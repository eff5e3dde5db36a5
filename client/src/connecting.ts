import { routes } from './api.ts';
import { ask, pause } from './asking.ts';
import { RejoinError } from './error.ts';
import type { Line } from './line.ts';
import { firstWaitMs } from './policy.ts';
import { failure, isSession } from './problem.ts';
import type { Run } from './run.ts';
import type { StartRequest, StreamSession } from './session.ts';
import { sleep } from './signals.ts';
import { MOST_SDK_FAILURES } from './timing.ts';

/** What connecting works with. */
export interface Connecting<Sdk> {
  run: Run;
  /** Leaves the line there is and opens another. */
  openLine(): Line<Sdk>;
  /** The run knows its session: from now on this tab alone may hold it. */
  claim(session: StreamSession): Promise<void>;
}

/** What start, status and reconnect answer, as far as it was there. */
export interface SessionAnswer {
  streamSession: StreamSession;
  signalResponse?: string;
  connectionId?: string;
}

/** Connects to the run's session until media flows, inside the run's limit. @throws RejoinError */
export async function reconnect<Sdk>(on: Connecting<Sdk>, session: StreamSession): Promise<Line<Sdk>> {
  for (;;) {
    const { line, answer, replayed } = await connect(on, routes.connections(session));
    if (await plays(on.run, line, answer.signalResponse ?? '', replayed)) return line;
    await pause(on.run, failure('no_picture', 'newOffer'));
  }
}

/**
 * Asks for a connection with an offer of its own; the line that made the offer waits for the answer. The request names the
 * newest connection that the run knows of; where it knows none, the player insists.
 */
export async function connect<Sdk>(
  on: Connecting<Sdk>,
  path: string,
  request?: StartRequest,
): Promise<{ line: Line<Sdk>; answer: SessionAnswer; replayed: boolean }> {
  const { run } = on;
  let line: Line<Sdk> | undefined;
  const { value, replayed } = await ask(run, {
    attempt: true,
    // A start whose outcome is unknown must not become two.
    remake: request === undefined,
    read(body) {
      const answer = readAnswer(body);
      return answer?.connectionId === undefined ? undefined : answer;
    },
    async make() {
      // Full jitter from the first request on, spent while the offer is made.
      const isFirst = run.loss !== undefined && run.attempt === 0;
      const spread = sleep(isFirst ? firstWaitMs(run.env.random()) : 0, run.signal, run.env);
      const [offered] = await Promise.all([offer(on), spread]);
      line = offered.line;
      const { signalRequest } = offered;
      const body = JSON.stringify({ ...request, signalRequest, previousConnectionId: run.connectionId });
      return { method: 'POST', path, body, key: run.env.uuid() };
    },
  });
  run.session = value.streamSession;
  run.connectionId = value.connectionId;
  return { line: line as Line<Sdk>, answer: value, replayed };
}

/** Whether a picture comes. */
export async function plays<Sdk>(
  run: Run,
  line: Line<Sdk>,
  signalResponse: string,
  replayed: boolean,
): Promise<boolean> {
  run.tell({ name: 'answered', replayed });
  try {
    await line.play(signalResponse);
    run.tell({ name: 'first_frame' });
    return true;
  } catch (error) {
    run.tell({ name: 'no_picture', error });
    return false;
  }
}

/** Reads what start, status and reconnect answer; undefined where it is something else. */
export function readAnswer(body: unknown): SessionAnswer | undefined {
  const answer = body as SessionAnswer | undefined | null;
  return isSession(answer?.streamSession) ? (answer as SessionAnswer) : undefined;
}

/** Makes an offer on a line of its own. */
async function offer<Sdk>({ run, openLine }: Connecting<Sdk>) {
  for (let failures = 1; ; failures += 1) {
    try {
      const line = openLine();
      return { line, signalRequest: await line.offer() };
    } catch (error) {
      run.tell({ name: 'no_picture', error });
      if (failures === MOST_SDK_FAILURES) throw new RejoinError({ reason: 'failed', error });
      await pause(run, failure('no_picture', 'newOffer'));
    }
  }
}
