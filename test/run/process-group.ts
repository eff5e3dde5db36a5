/** Runs a program in a process group, so that it ends together with everything that it started. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** How long a group may clean up before it is killed. */
const GRACE_MS = 5000;
const windows = process.platform === 'win32';

/** Starts a program in its own process group. Ctrl-C does not reach it: the caller ends it with `endGroup`. */
export function startGroup(
  args: readonly string[],
  { cwd, messages = false, quiet = false }: { cwd: string; messages?: boolean; quiet?: boolean },
): ChildProcess {
  const output = quiet ? 'ignore' : 'inherit';
  return spawn(process.execPath, args, {
    cwd,
    detached: !windows,
    stdio: ['ignore', output, output, ...(messages ? (['ipc'] as const) : [])],
  });
}

/** Sends a signal to all processes of the group. @returns false where none is left */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** Whether a process of the group still runs. Zombies do not count: a container without an init keeps them for ever. */
function isAlive(group: number): boolean {
  if (!signal(group, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // `pid (name) state parent group`: the name may contain any character.
      const [, state, of] = /.*\) (\S) \d+ (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return Number(of) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

/** Ends the group as Ctrl-C would, then by force. Resolves when no process is left. */
export async function endGroup({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  signal(pid, 'SIGINT');
  for (const name of ['SIGKILL', undefined] as const) {
    const end = performance.now() + GRACE_MS;
    while (performance.now() < end) {
      if (!isAlive(pid)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (name) signal(pid, name);
  }
}
