import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Broker, startBroker } from '../broker/broker.ts';
import { reconnectEvent } from '../broker/event.ts';
import { freshProcess } from '../broker/fresh-process.ts';
import { longOffer } from '../broker/sdp.ts';
import type { Samples } from './figures.ts';
import { handlerFiles, sizeKB, WORKING } from './handlers.ts';
import type { ProbeMessage, ProbeTask } from './messages.ts';

const probe = fileURLToPath(new URL('probe-process.ts', import.meta.url));

/**
 * Imports each kind of handler in fresh processes and makes it reconnect a player. The kinds take turns, so that other load on the
 * machine affects all alike.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureColdStarts(
  runs: number,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-bench-'));
  let broker: Broker | undefined;
  try {
    broker = await startBroker({ logLevel: 'INFO', onProgress });
    const { environment, fn, streamGroupId } = broker;
    // This bench does not read the function's log.
    const options = { env: environment, log: 'ignore' } as const;
    const imported = (task: ProbeTask) => freshProcess<ProbeMessage>(probe, task, options);
    const files = handlerFiles(fn.assetDirectory, directory);
    const sessions = await broker.begin(WORKING.length);
    const samples: Samples = {
      ms: { empty: [], rejoin: [], plainBundle: [], unbundled: [] },
      firstCallMs: { rejoin: [], plainBundle: [], unbundled: [] },
      bundleKB: sizeKB(files.rejoin),
      plainBundleKB: sizeKB(files.plainBundle),
    };
    // The first round only fills the disk's cache.
    for (let run = 0; run <= runs; run++) {
      onProgress(`importing, ${run} of ${runs} rounds`);
      const empty = await imported({ file: files.empty });
      if (run > 0) samples.ms.empty.push(empty.importMs);
      for (const [at, session] of sessions.entries()) {
        stop.throwIfAborted();
        const kind = WORKING[at] ?? 'rejoin';
        const event = reconnectEvent(streamGroupId, session, longOffer());
        const answered = await imported({ file: files[kind], event });
        if (run === 0 || answered.kind !== 'answered') continue;
        samples.ms[kind].push(answered.importMs);
        samples.firstCallMs[kind].push(answered.firstCallMs);
      }
      await broker.cut(sessions);
    }
    return samples;
  } finally {
    await broker?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
