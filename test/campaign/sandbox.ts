/** One sandbox of a function: the product's code with its own clock and memory. It can die alone. */
import { type Route, type SandboxCode, SURROUNDINGS } from './bundle.ts';
import { chanceOf, wholeOf } from './chance.ts';
import type { Fault } from './plan.ts';
import { type CountedValue, requireFor } from './stand-ins.ts';
import type { Command, MemoryTable } from './table.ts';
import type { CampaignTime } from './time.ts';

type TableFault = Extract<Fault, { on: 'table' }>;
type AwsFault = Extract<Fault, { on: 'aws' }>;

/** What all sandboxes of a run share. */
export interface World {
  seed: number;
  time: CampaignTime;
  table: MemoryTable;
  /** Makes one attempt of a call, with its fault. */
  callAws(
    command: Command,
    purpose: readonly (string | number)[],
    fault: AwsFault['how'] | undefined,
  ): Promise<unknown>;
  awsWasOut(from: number, to: number): boolean;
  /** Sees each call before it is made. @throws Error where the function's role may not make it */
  witness(route: Route, id: number | string, on: 'table' | 'aws', command: Command): void;
  environment: Record<string, string>;
}

/** An HTTP API's answer, as far as a browser sees it. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body?: string;
}

/** The result of an invocation: an answer, or how the function died: by the plan, by Lambda's time-out, or by a crash. */
export type Outcome = { answer: HttpAnswer } | { died: 'killed' | 'timedOut' | 'crashed' };

export interface Invoked {
  id: number | string;
  event: object;
  faults: readonly Fault[];
}

export interface Sandbox {
  readonly name: string;
  /** Whether it is answering a request or is dead. */
  busy(): boolean;
  invoke(invoked: Invoked, timeoutSeconds: number): Promise<Outcome>;
  /** The metric values of the running or the last invocation. */
  counted: CountedValue[];
}

const never = () => new Promise<never>(() => {});

/** @param skew how far its clock is off, milliseconds */
export function newSandbox(
  world: World,
  { name, route, code, skew }: { name: string; route: Route; code: SandboxCode; skew: number },
): Sandbox {
  const { time } = world;
  let dead = false;
  let running: (Invoked & { table: number; aws: number; ops: number; draws: number }) | undefined;
  let die: (how: 'killed' | 'timedOut') => void = () => {};
  const now = () => time.now() + skew;

  /** One call to the table or AWS. The function may die before it takes effect, or after. */
  async function outside<T>(
    on: 'table' | 'aws',
    command: Command,
    act: (op: number, purpose: (string | number)[]) => Promise<T>,
  ) {
    if (dead || !running) return never();
    const { faults, id } = running;
    const all = running.ops++;
    const op = running[on]++;
    const death = faults.find((fault) => fault.on === 'kill' && fault.op === all);
    if (death?.how === 'before') {
      die('killed');
      return never();
    }
    world.witness(route, id, on, command);
    const work = act(op, [world.seed, id, on, op]);
    if (death) {
      const ended = () => die('killed');
      work.then(ended, ended);
      return never();
    }
    const result = await work.catch((error: unknown) => (dead ? never() : Promise.reject(error)));
    return dead ? never() : result;
  }
  const tableFault = (op: number) =>
    running?.faults.find((fault) => fault.on === 'table' && fault.op === op) as TableFault | undefined;
  const awsFault = (op: number) =>
    running?.faults.find((fault) => fault.on === 'aws' && fault.op === op) as AwsFault | undefined;

  const later = (act: () => void, milliseconds = 0) =>
    time.after(milliseconds, () => {
      if (!dead) act();
    });
  const timers = {
    setTimeout: later,
    clearTimeout: (cancel?: () => void) => cancel?.(),
    setImmediate: (act: () => void) => later(act),
  };
  class SandboxDate extends Date {
    constructor(...given: [] | [number | string]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now = now;
  }
  const surroundings: Record<(typeof SURROUNDINGS)[number], unknown> = {
    require: requireFor({
      table: (command) =>
        outside('table', command, (op, purpose) => world.table.send(command, purpose, tableFault(op)?.how)),
      aws: (command, signal) =>
        outside('aws', command, (op, purpose) => {
          const aborted = new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () =>
              reject(Object.assign(new Error('aborted'), { name: 'AbortError' })),
            );
          });
          const called = world.callAws(command, purpose, awsFault(op)?.how);
          called.catch(() => {});
          return Promise.race([called, aborted]);
        }),
      count: (value) => sandbox.counted.push(value),
      timers,
      newId: () => `${name}-${running?.id}-${running ? running.draws++ : 0}`,
    }),
    Date: SandboxDate,
    Math: Object.create(Math, {
      random: {
        value: () => chanceOf(world.seed, 'random', String(running?.id), running ? running.draws++ : 0),
      },
    }),
    performance: { now: () => time.now() },
    ...timers,
    AbortSignal: {
      timeout(milliseconds: number) {
        const controller = new AbortController();
        later(() => controller.abort(), milliseconds);
        return controller.signal;
      },
    },
    process: {
      env: { ...world.environment, AWS_LAMBDA_FUNCTION_NAME: route },
      getBuiltinModule: process.getBuiltinModule,
    },
  };
  const module = { exports: {} as Record<string, unknown> };
  code(module, ...SURROUNDINGS.map((each) => surroundings[each]));
  const handler = module.exports.handler as (event: object, context: object) => Promise<HttpAnswer>;

  const sandbox: Sandbox = {
    name,
    counted: [],
    busy: () => dead || running !== undefined,
    async invoke(invoked, timeoutSeconds) {
      running = { ...invoked, table: 0, aws: 0, ops: 0, draws: 0 };
      sandbox.counted = [];
      const endsBy = time.now() + timeoutSeconds * 1000;
      const died = new Promise<Outcome>((resolve) => {
        die = (how) => {
          dead = true;
          resolve({ died: how });
        };
      });
      const cancel = time.after(timeoutSeconds * 1000, () => die('timedOut'));
      const context = { awsRequestId: `${invoked.id}`, getRemainingTimeInMillis: () => endsBy - time.now() };
      await time.sleep(wholeOf(1, 5, world.seed, invoked.id, 'begins'));
      const answered: Promise<Outcome> = handler(invoked.event, context).then(
        (answer) => ({ answer }),
        () => ({ died: 'crashed' }),
      );
      const outcome = await Promise.race([answered, died]);
      cancel();
      running = undefined;
      return outcome;
    },
  };
  return sandbox;
}
