import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT, Failure } from '../cli/failure.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface PluginRun {
  path: string;
  args: readonly string[];
  environment: Record<string, string>;
  /** How long the credentials are valid, in milliseconds from now. */
  validMs: number;
}

export interface PluginEnd {
  /** The plugin's exit code. After a signal: 128 plus the signal's number, as in a shell. */
  exitCode: number;
  /** The signal that ended the plugin, such as `SIGKILL`. Undefined: it ended by itself. */
  signal?: NodeJS.Signals;
  /** Whether the credentials probably expired before the plugin was connected. New ones may help then. */
  expiredBeforeConnect: boolean;
}

const POLL_INTERVAL_MS = 500;
/** A plugin that began to connect in time may finish a little later. */
const GRACE_MS = 3_000;
const KILL_AFTER_MS = 2_000;

/** The terminal sends these to the plugin as well, which passes them on to the shell. This process ignores them. */
const KEYBOARD_SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const;
/** Only this process gets these, so they are forwarded. */
const FORWARDED_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

/** Leaves the keyboard's signals to the plugin, and forwards the others. @returns a function that stops this */
function forwardSignals(child: ChildProcess): () => void {
  const ignore = () => {};
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const known = KEYBOARD_SIGNALS.filter((signal) => signal in constants.signals);
  for (const signal of known) process.on(signal, ignore);
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of known) process.off(signal, ignore);
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}

/** Ends a plugin that is not connected when its credentials have expired. */
function endAfterExpiry(child: ChildProcess, terminal: Terminal, validMs: number) {
  const deadline = performance.now() + validMs + GRACE_MS;
  const state = { connected: false, killed: false };
  const poll = async () => {
    if (await terminal.hasChanged()) {
      state.connected = true;
      return;
    }
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (performance.now() < deadline) {
      timer = setTimeout(poll, POLL_INTERVAL_MS);
      return;
    }
    state.killed = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
  };
  let timer = setTimeout(poll, POLL_INTERVAL_MS);
  return { state, stop: () => clearTimeout(timer) };
}

/**
 * Runs the plugin at this terminal until it ends. A plugin that crashes leaves the terminal without echo. Node restores the
 * terminal when this process ends.
 * @throws Failure if the plugin cannot be started
 */
export async function runPlugin({ path, args, environment, validMs }: PluginRun): Promise<PluginEnd> {
  const terminal = await openTerminal();
  const startedAt = performance.now();
  const child = spawn(path, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const stopForwarding = forwardSignals(child);
  const expiry = terminal?.isCanonical ? endAfterExpiry(child, terminal, validMs) : undefined;
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new Failure(`${path} cannot be started (${error.message}).`, EXIT.plugin, { cause: error })),
      );
      child.once('exit', (...end) => resolve(end));
    });
    const { connected = false, killed = false } = expiry?.state ?? {};
    const elapsed = performance.now() - startedAt;
    // A failure at once would happen with new credentials too. A failure when they expire may be due to the expiry.
    const failedAtExpiry =
      expiry !== undefined && code !== 0 && elapsed >= validMs && elapsed < validMs + GRACE_MS;
    return {
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      ...(signal !== null && { signal }),
      expiredBeforeConnect: !connected && (killed || failedAtExpiry),
    };
  } finally {
    expiry?.stop();
    stopForwarding();
  }
}
