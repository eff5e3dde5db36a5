import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { type Broker, startBroker } from '../broker/broker.ts';
import { type BenchSession, reconnectEvent } from '../broker/event.ts';
import { longOffer } from '../broker/sdp.ts';
import type { Samples } from './figures.ts';
import type { WorkMessage, WorkOrder, WorkTask } from './messages.ts';
import { callsOf, repeated } from './replay.ts';

/** Reconnects in a round, and as many by bare calls. */
const RECONNECTS = 25;
/** Rounds until the code of both sides is compiled and connected; never more than the rounds that count. */
const WARM_UP = 12;

/**
 * Measures rounds of reconnects, and of the same calls alone, in one process.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureOverhead(
  rounds: number,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  let broker: Broker | undefined;
  let worker: Worker | undefined;
  try {
    broker = await startBroker({ logLevel: 'INFO', onProgress });
    const { fn, environment } = broker;
    const task = { rejoin: join(fn.assetDirectory, 'index.mjs'), bare: bundledBare(directory) };
    worker = startWorker(task, { ...environment, BENCH_REGION: environment.AWS_REGION ?? '' });
    await worker.next();
    const sessions = await broker.begin(RECONNECTS);
    const samples: Samples = { rejoinUs: [], bareUs: [], calls: [] };
    for (let round = -Math.min(WARM_UP, rounds); round < rounds; round++) {
      stop.throwIfAborted();
      onProgress(round < 0 ? 'warming up' : `measuring, ${round} of ${rounds} rounds`);
      const { rejoinUs, bareUs, calls } = await measureRound(broker, worker, sessions);
      if (round < 0) continue;
      samples.rejoinUs.push(rejoinUs);
      samples.bareUs.push(bareUs);
      samples.calls.push(calls);
    }
    return samples;
  } finally {
    await worker?.end();
    await broker?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureRound(broker: Broker, worker: Worker, sessions: readonly BenchSession[]) {
  const exchanges = () =>
    callsOf([...broker.table.take(), ...broker.gameLiftStreams.take()], sessions.length);
  broker.table.take();
  broker.gameLiftStreams.take();
  const events = sessions.map((session) => reconnectEvent(broker.streamGroupId, session, longOffer()));
  const rejoinUs = await worker.work({ kind: 'rejoin', events });
  const made = exchanges();
  await broker.cut(sessions);
  const bareUs = await worker.work({ kind: 'bare', reconnects: made.map(repeated) });
  // This throws unless all bare calls succeeded.
  exchanges();
  await broker.cut(sessions);
  return {
    rejoinUs: rejoinUs / sessions.length,
    bareUs: bareUs / sessions.length,
    calls: made.flat().length / sessions.length,
  };
}

interface Worker {
  next(): Promise<WorkMessage>;
  work(order: WorkOrder): Promise<number>;
  end(): Promise<void>;
}

function startWorker(task: WorkTask, env: Record<string, string>): Worker {
  const file = fileURLToPath(new URL('work-process.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(task)], {
    env,
    execArgv: ['--expose-gc'],
    // As in Lambda, the log goes into a pipe.
    stdio: ['ignore', 'pipe', 2, 'ipc'],
  });
  child.stdout?.resume();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const next = () =>
    Promise.race([
      new Promise<WorkMessage>((resolve) => child.once('message', resolve as never)),
      exited.then((): WorkMessage => ({ kind: 'failed', message: 'The measured process ended too early.' })),
    ]);
  return {
    next,
    async work(order) {
      const answer = next();
      child.send(order);
      const message = await answer;
      if (message.kind === 'done') return message.cpuUs;
      throw new Error(
        message.kind === 'failed' ? message.message : 'The measured process sent a message out of turn.',
      );
    },
    async end() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** Bundles the bare calls with the functions' own replacements for parts of the SDK. */
function bundledBare(directory: string): string {
  const outfile = join(directory, 'bare.mjs');
  const shim = (file: string) =>
    fileURLToPath(new URL(`../../infra/functions/bundling/shims/${file}`, import.meta.url));
  buildSync({
    entryPoints: [fileURLToPath(new URL('bare.ts', import.meta.url))],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': shim('environment-credentials.ts'),
      '@smithy/core/event-streams': shim('event-streams.ts'),
      '@aws-sdk/endpoint-cache': shim('endpoint-cache.ts'),
    },
    logLevel: 'error',
  });
  return outfile;
}
