import { progressLine } from './progress.ts';

/**
 * Runs a measurement with progress on stderr. A signal that ends the process aborts `stop`: the measurement cleans up, and the process
 * exits with code 130.
 */
export async function runMeasurement<T>(
  measure: (onProgress: (line: string) => void, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = progressLine();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const result = await measure(progress.show, stop.signal).catch((error) => {
    progress.end();
    if (stop.signal.aborted) process.exit(130);
    throw error;
  });
  progress.end();
  return result;
}
