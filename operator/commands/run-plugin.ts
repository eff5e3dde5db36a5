import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT, Failure } from '../aws/failure.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface PluginRun {
  path: string;
  args: readonly string[];
  environment: Record<string, string>;
  /** How long the credentials are valid, in milliseconds from now. */
  validMs: number;
}

export interface PluginEnd {
  /** Its exit code; that of a signal is 128 and the signal's number, as a shell has it. */
  exitCode: number;
  /** Whether its credentials expired before it was connected, as far as can be told: with new ones it may be. */
  missedItsTime: boolean;
}

const LOOK_EVERY_MS = 500;
/** What the plugin began in time it may end a little later. */
const GRACE_MS = 3_000;
const KILL_AFTER_MS = 2_000;

/** The terminal sends these to the plugin as well, which passes them on to the shell: here they mean nothing. */
const KEYBOARD_SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTSTP'] as const;
/** Sent to this process alone. */
const PASSED_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

/** Leaves the keyboard's signals to the child, and hands it the others. @returns what undoes it */
function handSignalsTo(child: ChildProcess): () => void {
  const ignore = () => {};
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  const known = KEYBOARD_SIGNALS.filter((signal) => signal in constants.signals);
  for (const signal of known) process.on(signal, ignore);
  for (const signal of PASSED_SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of known) process.off(signal, ignore);
    for (const signal of PASSED_SIGNALS) process.off(signal, pass);
  };
}

/** Ends a plugin that shows no sign of being connected when its credentials are no longer of use. */
function watch(child: ChildProcess, terminal: Terminal, validMs: number) {
  const deadline = performance.now() + validMs + GRACE_MS;
  const state = { connected: false, killed: false };
  const look = async () => {
    if (await terminal.hasChanged()) {
      state.connected = true;
      return;
    }
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (performance.now() < deadline) {
      timer = setTimeout(look, LOOK_EVERY_MS);
      return;
    }
    state.killed = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
  };
  let timer = setTimeout(look, LOOK_EVERY_MS);
  return { state, stop: () => clearTimeout(timer) };
}

/**
 * Runs the plugin at this terminal until it ends. A plugin that dies leaves the terminal without echo; Node makes it again
 * what it was when this process ends.
 * @throws Failure when it cannot be started
 */
export async function runPlugin({ path, args, environment, validMs }: PluginRun): Promise<PluginEnd> {
  const terminal = await openTerminal();
  const began = performance.now();
  const child = spawn(path, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const takeBack = handSignalsTo(child);
  const watched = terminal?.isPlain ? watch(child, terminal, validMs) : undefined;
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new Failure(`${path} cannot be started (${error.message}).`, EXIT.plugin, { cause: error })),
      );
      child.once('exit', (...end) => resolve(end));
    });
    const { connected = false, killed = false } = watched?.state ?? {};
    const elapsed = performance.now() - began;
    // What fails at once fails with new credentials too; what fails when they expire may have come too late.
    const cameLate =
      watched !== undefined && code !== 0 && elapsed >= validMs && elapsed < validMs + GRACE_MS;
    return {
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      missedItsTime: !connected && (killed || cameLate),
    };
  } finally {
    watched?.stop();
    takeBack();
  }
}
