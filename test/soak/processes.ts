import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, as Linux shows it in /proc. */
export interface Seen {
  pid: number;
  /** Resident memory in bytes. */
  rss: number;
  /** Open file descriptors. */
  handles: number;
}

/** @returns undefined once the process has ended */
export function lookAt(pid: number): Seen | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
    // A process that has ended and is not yet collected has no memory.
    if (!kilobytes) return undefined;
    return { pid, rss: kilobytes * 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** A function's process. */
export interface WorkerProcess {
  pid: number;
  /** The function's name. */
  name: string;
}

/** The functions' processes of a local deployment, the oldest first. */
export function workersOf(deploymentPid: number): WorkerProcess[] {
  try {
    const children = readFileSync(`/proc/${deploymentPid}/task/${deploymentPid}/children`, 'utf8');
    return children
      .split(' ')
      .filter((pid) => pid.trim() !== '')
      .flatMap((pid) => {
        const name = functionNameIn(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        return name === undefined ? [] : [{ pid: Number(pid), name }];
      });
  } catch {
    // One of them has just ended: the next look finds the others.
    return [];
  }
}

/** @param commandLine the arguments of a process of `local/functions/runtime.ts`, each followed by NUL */
function functionNameIn(commandLine: string): string | undefined {
  const arn = /\{"functionArn":"([^"]+)"\}/.exec(commandLine)?.[1];
  return arn?.split(':')[6];
}

/** Sends a signal. A process that has ended meanwhile gets none. */
export function signal(pid: number, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch {}
}
