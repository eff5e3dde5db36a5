import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds a process to a part of one core. */
export interface CpuShare {
  /** How, for the report. */
  means: string;
  /** From now on the process gets no more. */
  limit(pid: number): void;
  /** Ends what watches the process. It must have ended, or be about to. */
  release(pid: number): void;
  close(): void;
}

/** Lambda's own period is not documented. A shorter one makes shorter stops. */
const PERIOD_US = 20_000;
/** A signal is sent by a timer of whole milliseconds, so this takes a longer period. */
const DUTY_PERIOD_MS = 50;

/**
 * A limit of the kernel's where this process may set one, which takes root on Linux. Otherwise the process is stopped and
 * continued by signals: coarser, and its waits are stopped too.
 *
 * @param share in (0, 1]
 */
export function cpuShare(share: number): CpuShare {
  return cgroupShare(share) ?? dutyCycle(share);
}

/** Where a control group for processor time can be made, and the files that say how much. */
const HIERARCHIES = [
  {
    means: 'a limit of the kernel (cgroup v2)',
    root: '/sys/fs/cgroup',
    prepare: (root: string) => writeFileSync(join(root, 'cgroup.subtree_control'), '+cpu'),
    files: (quota: number) => ({ 'cpu.max': `${quota} ${PERIOD_US}` }),
  },
  {
    means: 'a limit of the kernel (cgroup v1)',
    root: '/sys/fs/cgroup/cpu',
    prepare: () => {},
    files: (quota: number) => ({ 'cpu.cfs_period_us': `${PERIOD_US}`, 'cpu.cfs_quota_us': `${quota}` }),
  },
];

/** @returns undefined where the kernel has no such groups, or this process may not make one */
export function cgroupShare(share: number, hierarchies = HIERARCHIES): CpuShare | undefined {
  const quota = Math.round(share * PERIOD_US);
  for (const { means, root, prepare, files } of hierarchies) {
    const group = join(root, `rejoin-bench-${process.pid}`);
    try {
      // A folder that is no hierarchy of control groups has no such file.
      readFileSync(join(root, 'cgroup.procs'));
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      prepare(root);
      // Neither may be made by this: a kernel's file is there before it is written.
      for (const [name, value] of Object.entries(files(quota))) {
        writeFileSync(join(group, name), value, { flag: 'r+' });
      }
      return {
        means,
        limit: (pid) => writeFileSync(join(group, 'cgroup.procs'), String(pid), { flag: 'r+' }),
        release() {},
        // A process that has just been killed may still be in it; then an empty group stays behind.
        close: () => removeGroup(group),
      };
    } catch {
      removeGroup(group);
    }
  }
  return undefined;
}

function removeGroup(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // The kernel refuses while a process is in it. It uses nothing once that has ended.
  }
}

/** Stops and continues the process by signals. */
export function dutyCycle(share: number): CpuShare {
  const timers = new Map<number, NodeJS.Timeout>();
  const release = (pid: number) => {
    clearTimeout(timers.get(pid));
    timers.delete(pid);
    signal(pid, 'SIGCONT');
  };
  return {
    means: `signals let it run ${Math.round(share * DUTY_PERIOD_MS)} of every ${DUTY_PERIOD_MS} ms`,
    limit(pid) {
      const turn = (running: boolean) => {
        if (!signal(pid, running ? 'SIGCONT' : 'SIGSTOP')) return release(pid);
        const milliseconds = DUTY_PERIOD_MS * (running ? share : 1 - share);
        timers.set(pid, setTimeout(turn, milliseconds, !running));
      };
      turn(true);
    },
    release,
    close() {
      for (const pid of timers.keys()) release(pid);
    },
  };
}

/** @returns false where the process has ended */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
