import { type Growth, growthOf, type Sample } from './growth.ts';
import { lookAt, workersOf } from './processes.ts';

/** How often each process is looked at. */
const EVERY_MS = 1000;

/** Looks at the memory and the handles of all processes of a soak. */
export interface Watch {
  stop(): void;
  /** Compared processes, and how many there were of each function. */
  result(wholeMs: number): { growth: Growth[]; started: Record<string, number> };
}

/** `Rejoin-RejoinreconnectFunctionE157E1B4-0N154FJFYE2M` is the reconnect function. */
const labelOf = (name: string) => `${/Rejoin([a-z]+)Function/i.exec(name)?.[1] ?? name} function`;

/** @param deploymentPid the process of gateway, emulator, table and identity provider; the functions are its children */
export function watchProcesses(deploymentPid: number): Watch {
  const begun = performance.now();
  const samples = new Map<number, { name: string; samples: Sample[] }>();
  const look = () => {
    const processes = [
      { pid: process.pid, name: 'players and proxies' },
      { pid: deploymentPid, name: 'gateway, emulator, table, identity' },
      ...workersOf(deploymentPid).map(({ pid, name }) => ({ pid, name: labelOf(name) })),
    ];
    for (const { pid, name } of processes) {
      const seen = lookAt(pid);
      if (!seen) continue;
      const known = samples.get(pid) ?? { name, samples: [] };
      samples.set(pid, known);
      known.samples.push({ at: performance.now() - begun, rss: seen.rss, handles: seen.handles });
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return {
    stop: () => clearInterval(timer),
    result(wholeMs) {
      const all = [...samples.values()];
      const growth = all.flatMap((one) => growthOf(one.name, one.samples, wholeMs) ?? []);
      const started = Object.groupBy(all, ({ name }) => name);
      return {
        growth,
        started: Object.fromEntries(Object.entries(started).map(([name, list]) => [name, list?.length ?? 0])),
      };
    },
  };
}
