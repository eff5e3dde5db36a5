import { progressLine } from './progress.ts';

/**
 * Runs a measurement with progress on stderr. Where somebody ends the process, the measurement is told to stop, tidies up on its way
 * out, and the process ends as interrupted.
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
