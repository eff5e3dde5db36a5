/** A signal that Ctrl-C and SIGTERM abort. The process then stays until it has cleaned up. */
export function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!stop.signal.aborted) console.error('\nStopping ...');
      stop.abort();
    });
  }
  return stop.signal;
}
