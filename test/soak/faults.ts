import { setTimeout as delay } from 'node:timers/promises';
import { chanceOf } from '../campaign/chance.ts';
import type { Control } from '../emulator-control.ts';
import type { PlannedFault, PlannedMoment } from './fault-plan.ts';
import { signal, workersOf } from './processes.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** What the faults of a soak hit. */
export interface Targets {
  seed: number;
  players: TcpProxy;
  table: TcpProxy;
  control: Control;
  deploymentPid: number;
  /** How many answers of functions players have got so far. */
  answers(): number;
}

/**
 * Between two faults so many answers come, or so much time passes. A busy machine answers slowly, and loads functions slowly: with the faults
 * of a quiet one nothing would ever get through.
 */
const BETWEEN = { answers: 5, ms: 30_000, lookEveryMs: 50 } as const;

export interface Faults {
  /** Lets the planned faults happen in their order, none before its time, until they are stopped. */
  run(plan: readonly PlannedMoment[], stop: AbortSignal): Promise<void>;
  /** Ends everything that fails now. */
  heal(): Promise<void>;
  /** How many of each kind happened. */
  counts(): Readonly<Record<string, number>>;
}

export function soakFaults({ seed, players, table, control, deploymentPid, answers }: Targets): Faults {
  const counts: Record<string, number> = {};
  const frozen = new Map<number, NodeJS.Timeout>();
  let drawn = 0;
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const thaw = (pid: number) => {
    clearTimeout(frozen.get(pid));
    frozen.delete(pid);
    signal(pid, 'SIGCONT');
  };

  /** The oldest process of each function is never killed, so that there is one whose memory can be compared. */
  const hitFunction = (fault: Extract<PlannedFault, { kind: 'kill' | 'freeze' }>) => {
    const all = workersOf(deploymentPid);
    const isOldest = ({ pid, name }: (typeof all)[number]) =>
      all.find((other) => other.name === name)?.pid === pid;
    const isForLong = fault.kind === 'freeze' && fault.ms > 5000;
    const mayBeHit = fault.kind === 'kill' || isForLong ? all.filter((one) => !isOldest(one)) : all;
    const hit = mayBeHit[Math.floor(fault.which * mayBeHit.length)];
    if (!hit || frozen.has(hit.pid)) return;
    count(fault.kind === 'kill' ? 'functions killed' : 'functions frozen');
    if (fault.kind === 'kill') return signal(hit.pid, 'SIGKILL');
    signal(hit.pid, 'SIGSTOP');
    frozen.set(
      hit.pid,
      setTimeout(() => thaw(hit.pid), fault.ms),
    );
  };

  const happen = async (fault: PlannedFault): Promise<void> => {
    if (fault.kind === 'kill' || fault.kind === 'freeze') return hitFunction(fault);
    if (fault.kind === 'aws') {
      count(`AWS: ${fault.fault.kind}`);
      // A fault ends when it has hit its calls, or when the next one comes: those of a rare operation would pile up.
      await control('DELETE', 'faults');
      await control('POST', 'faults', fault.fault);
    } else if (fault.kind === 'awsChoice') {
      await control('PUT', 'settings', fault.settings);
    } else {
      const proxy = fault.of === 'table' ? table : players;
      count(`${fault.of === 'table' ? 'table' : "players' connections"}: ${fault.kind}`);
      if (fault.kind === 'stall') proxy.stall(fault.ms);
      else if (fault.kind === 'deafen') proxy.deafen(fault.ms);
      else {
        proxy.cut(() => {
          drawn += 1;
          return chanceOf(seed, 'cut', drawn) < fault.share;
        });
      }
    }
  };

  const wait = (ms: number, stop: AbortSignal) => delay(ms, undefined, { signal: stop }).catch(() => {});

  return {
    async run(plan, stop) {
      const begun = performance.now();
      let last = { at: begun, answers: answers() };
      const isEarly = () =>
        answers() < last.answers + BETWEEN.answers && performance.now() < last.at + BETWEEN.ms;
      for (const { at, fault } of plan) {
        const remaining = at - (performance.now() - begun);
        if (remaining > 0) await wait(remaining, stop);
        while (isEarly() && !stop.aborted) await wait(BETWEEN.lookEveryMs, stop);
        if (stop.aborted) return;
        last = { at: performance.now(), answers: answers() };
        await happen(fault);
      }
    },
    async heal() {
      for (const pid of [...frozen.keys()]) thaw(pid);
      players.heal();
      table.heal();
      await control('DELETE', 'faults');
      await control('PUT', 'settings', { lossNoticeSeconds: 0, readySeconds: 0.05 });
    },
    counts: () => counts,
  };
}
