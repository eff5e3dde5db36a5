/** One attempt of an AWS call on its way: it may be lost before AWS acts, or after. */

import { awsError, type MemoryAws } from './aws.ts';
import { chanceOf, wholeOf } from './chance.ts';
import type { Fault } from './plan.ts';
import type { Command } from './table.ts';
import type { CampaignTime } from './time.ts';

type AwsFault = Extract<Fault, { on: 'aws' }>['how'];

export interface AwsWay {
  call(command: Command, purpose: readonly (string | number)[], fault?: AwsFault): Promise<unknown>;
  /** Until then, every call fails that way. */
  outage(how: 'throttled' | 'refused' | 'stalled', until: number): void;
}

const reset = () => Object.assign(new Error('socket hang up'), { name: 'Error', code: 'ECONNRESET' });

export function awsWay(time: CampaignTime, aws: MemoryAws): AwsWay {
  let out: { fault: AwsFault; until: number } = { fault: 'internal', until: 0 };
  return {
    outage(how, until) {
      const fault = how === 'refused' ? 'internal' : how === 'stalled' ? 'silent' : 'throttled';
      out = { fault, until };
    },
    async call(command, purpose, own) {
      const operation = command.constructor.name.replace(/Command$/, '');
      const act = () => aws.act(operation, command.input as Record<string, string>);
      await time.sleep(wholeOf(20, 120, ...purpose, 'there'));
      const fault = time.now() < out.until ? out.fault : own;
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
