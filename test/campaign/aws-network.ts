/** The network between a function and AWS. It may lose a call before AWS acts, or after. */

import { awsError, type MemoryAws } from './aws.ts';
import { chanceOf, wholeOf } from './chance.ts';
import type { Fault } from './plan.ts';
import type { Command } from './table.ts';
import type { CampaignTime } from './time.ts';

type AwsFault = Extract<Fault, { on: 'aws' }>['how'];

export interface AwsNetwork {
  call(command: Command, purpose: readonly (string | number)[], fault?: AwsFault): Promise<unknown>;
  /** Makes every call fail that way until then. */
  outage(how: 'throttled' | 'refused' | 'stalled', until: number): void;
  heal(): void;
  /** Whether there was an outage between two times. */
  wasOut(from: number, to: number): boolean;
}

const reset = () => Object.assign(new Error('socket hang up'), { name: 'Error', code: 'ECONNRESET' });

export function awsNetwork(time: CampaignTime, aws: MemoryAws): AwsNetwork {
  const outages: { fault: AwsFault; from: number; until: number }[] = [];
  return {
    outage(how, until) {
      const fault = how === 'refused' ? 'internal' : how === 'stalled' ? 'silent' : 'throttled';
      outages.push({ fault, from: time.now(), until });
    },
    heal() {
      for (const out of outages) out.until = Math.min(out.until, time.now());
    },
    wasOut: (from, to) => outages.some((one) => one.from <= to && one.until >= from),
    async call(command, purpose, own) {
      const operation = command.constructor.name.replace(/Command$/, '');
      const act = () => aws.act(operation, command.input as Record<string, string>);
      await time.sleep(wholeOf(20, 120, ...purpose, 'there'));
      const fault = outages.findLast(({ until }) => time.now() < until)?.fault ?? own;
      if (fault === 'throttled') throw awsError('ThrottlingException', 429);
      if (fault === 'internal') throw awsError('InternalServerException', 500);
      if (fault === 'reset') throw reset();
      if (fault === 'silent') return new Promise<never>(() => {});
      const answer = act();
      if (fault === 'internalAfter') throw awsError('InternalServerException', 500);
      if (fault === 'lost') throw reset();
      if (fault === 'silentAfter') return new Promise<never>(() => {});
      if (fault === 'slow') await time.sleep(1000 + 2500 * chanceOf(...purpose, 'slow'));
      await time.sleep(wholeOf(20, 120, ...purpose, 'back'));
      return answer;
    },
  };
}
