import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Broker, startBroker } from '../broker/broker.ts';
import { reconnectEvent } from '../broker/event.ts';
import { freshProcess } from '../broker/fresh-process.ts';
import { longOffer } from '../broker/sdp.ts';
import { FULL_CORE_MB } from '../cost/memory.ts';
import { throwawayCertificates } from './certificates.ts';
import { cpuShare } from './cpu-share.ts';
import { earlierBundle } from './earlier-bundle.ts';
import type { Samples, WaitSamples } from './figures.ts';
import { firstAnswer } from './first-answer.ts';
import { handlerFiles, sizeKB, WORKING, type WorkingKind } from './handlers.ts';
import { startHttpsEnd } from './https-end.ts';
import type { ProbeMessage, ProbeTask } from './messages.ts';

const probe = fileURLToPath(new URL('probe-process.ts', import.meta.url));

const RECONNECTED = 201;
const PACED = 503;
const NO_SESSION = { player: '', id: '' };

/** How often each is measured, and what else. */
export interface ColdStartSize {
  /** Fresh processes of each kind. */
  runs: number;
  /** Of each kind, for what a player waits. */
  waits: number;
  /** Memory of the function that a player waits for. */
  memoryMb: number;
  /** A commit whose bundle is measured beside today's. */
  against?: string;
}

/**
 * Imports each kind of handler in fresh processes and makes it reconnect a player. The kinds take turns, so that other load on the
 * machine affects all alike.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureColdStarts(
  size: ColdStartSize,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  let broker: Broker | undefined;
  try {
    const earlier = size.against === undefined ? undefined : earlierBundle(size.against, directory);
    broker = await startBroker({ logLevel: 'INFO', onProgress });
    const files = handlerFiles(broker.fn.assetDirectory, directory);
    const samples: Samples = {
      ...(await measureImports(broker, files, size.runs, onProgress, stop)),
      bundleKB: sizeKB(files.rejoin),
      plainBundleKB: sizeKB(files.plainBundle),
      waits: undefined,
    };
    if (size.waits > 0) {
      const candidates = { ...files, earlier };
      samples.waits = await measureWaits(broker, candidates, { ...size, directory }, onProgress, stop);
    }
    return samples;
  } finally {
    await broker?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The import, and the first reconnect with a whole core and without TLS. */
async function measureImports(
  broker: Broker,
  files: ReturnType<typeof handlerFiles>,
  runs: number,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<Pick<Samples, 'ms' | 'firstCallMs'>> {
  // This bench does not read the function's log.
  const options = { env: broker.environment, log: 'ignore' } as const;
  const imported = (task: ProbeTask) => freshProcess<ProbeMessage>(probe, task, options);
  const sessions = await broker.begin(WORKING.length);
  const samples: Pick<Samples, 'ms' | 'firstCallMs'> = {
    ms: { empty: [], rejoin: [], plainBundle: [], unbundled: [] },
    firstCallMs: { rejoin: [], plainBundle: [], unbundled: [] },
  };
  // The first round only fills the disk's cache.
  for (let run = 0; run <= runs; run++) {
    onProgress(`importing, ${run} of ${runs} rounds`);
    const empty = await imported({ file: files.empty });
    if (run > 0) samples.ms.empty.push(empty.importMs);
    for (const [at, session] of sessions.entries()) {
      stop.throwIfAborted();
      const kind = WORKING[at] ?? 'rejoin';
      const event = reconnectEvent(broker.streamGroupId, session, longOffer());
      const answered = await imported({ file: files[kind], event });
      if (run === 0 || answered.kind !== 'answered') continue;
      samples.ms[kind].push(answered.importMs);
      samples.firstCallMs[kind].push(answered.firstCallMs);
    }
    await broker.cut(sessions);
  }
  return samples;
}

/** What a player waits for: see {@link WaitSamples}. */
async function measureWaits(
  broker: Broker,
  files: Record<WorkingKind, string> & { earlier: string | undefined },
  { waits, memoryMb, directory }: ColdStartSize & { directory: string },
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<WaitSamples> {
  const certificates = throwawayCertificates();
  const authority = join(directory, 'authority.pem');
  writeFileSync(authority, certificates.ca);
  const table = await startHttpsEnd(broker.table.url, certificates);
  const gameLiftStreams = await startHttpsEnd(broker.gameLiftStreams.url, certificates);
  const share = cpuShare(Math.min(1, memoryMb / FULL_CORE_MB));
  const env = {
    ...broker.environment,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_GAMELIFTSTREAMS: gameLiftStreams.url,
    // Beside the authorities that Node brings, so that it loads those as it does in Lambda.
    NODE_EXTRA_CA_CERTS: authority,
  };
  const samples: WaitSamples = {
    means: share.means,
    memoryMb,
    reconnect: { rejoin: [], earlier: [], plainBundle: [], unbundled: [] },
    paced: { rejoin: [], earlier: [] },
  };
  const kinds = (['rejoin', 'earlier', 'plainBundle', 'unbundled'] as const).filter((kind) => files[kind]);
  // One for each answer: a session that was reconnected or told to wait before is answered otherwise.
  const sessions = await broker.begin((waits + 1) * 2 * kinds.length);
  const measure = async (file: string, status: number) => {
    stop.throwIfAborted();
    const session = sessions.pop() ?? NO_SESSION;
    await broker.queuePlayers(status === PACED);
    const event = reconnectEvent(broker.streamGroupId, session, longOffer());
    return firstAnswer({ file, event, status }, { env, share });
  };
  try {
    // The first round only fills the disk's cache.
    for (let run = 0; run <= waits; run++) {
      onProgress(`a player's wait, ${run} of ${waits} rounds`);
      for (const kind of kinds) {
        const file = files[kind] ?? '';
        const reconnected = await measure(file, RECONNECTED);
        if (run > 0) samples.reconnect[kind].push(reconnected);
        if (kind !== 'rejoin' && kind !== 'earlier') continue;
        const paced = await measure(file, PACED);
        if (run > 0) samples.paced[kind].push(paced);
      }
    }
    return samples;
  } finally {
    share.close();
    await Promise.all([table.close(), gameLiftStreams.close()]);
  }
}
