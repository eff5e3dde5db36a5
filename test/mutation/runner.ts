/** Stryker's runner for Vitest, made quick: it keeps the worker, and runs the quickest test file first, up to the one that notices. */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins } from '@stryker-mutator/vitest-runner';
import type { Vitest } from 'vitest/node';
import { KeptWorkers } from './kept-workers.ts';
import { patienceWith, testsToMeet } from './tests.ts';

/**
 * How long each test took without a mutant, in milliseconds. One of Stryker's processes measures it and the others read it, in the copy
 * that is mutated.
 */
const TIMES = 'test-times.json';

class QuickRunner implements TestRunner {
  readonly #vitest: TestRunner & { readonly ctx: Vitest };
  #workers: KeptWorkers | undefined;
  #times: Readonly<Record<string, number>> | undefined;

  constructor(vitest: TestRunner & { readonly ctx: Vitest }) {
    this.#vitest = vitest;
  }

  capabilities: TestRunner['capabilities'] = () => this.#vitest.capabilities();
  dispose = async () => {
    await this.#workers?.discard();
    await this.#vitest.dispose?.();
  };

  async init(): Promise<void> {
    await this.#vitest.init?.();
    this.#workers = new KeptWorkers(this.#vitest.ctx);
  }

  dryRun: TestRunner['dryRun'] = async (options) => {
    const result = await this.#vitest.dryRun(options);
    await this.#workers?.discard();
    if (result.status === DryRunStatus.Complete) {
      const times = result.tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]);
      writeFileSync(TIMES, JSON.stringify(Object.fromEntries(times)));
    }
    return result;
  };

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    this.#times ??= JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>;
    let nrOfTests = 0;
    for (const testFilter of testsToMeet(options.testFilter ?? [], options.sandboxFileName, this.#times)) {
      const testTimeout = patienceWith(testFilter, this.#times);
      for (const { config } of this.#vitest.ctx.projects) Object.assign(config, { testTimeout });
      const result = await this.#judge({ ...options, testFilter });
      if (result.status !== MutantRunStatus.Survived) return result;
      nrOfTests += result.nrOfTests;
    }
    return { status: MutantRunStatus.Survived, nrOfTests };
  }

  /**
   * Runs tests of one file. A mutant may have changed the worker for good, so that its successors would seem to be noticed. So only a
   * test that passes again without the mutant has noticed it.
   */
  async #judge(options: MutantRunOptions): Promise<MutantRunResult> {
    const result = await this.#vitest.mutantRun(options);
    if (result.status === MutantRunStatus.Survived) return result;
    if (result.status === MutantRunStatus.Killed && (await this.#passesWithout(options, result.killedBy))) {
      return result;
    }
    await this.#workers?.discard();
    if (result.status === MutantRunStatus.Timeout) return result;
    const again = await this.#vitest.mutantRun(options);
    if (again.status !== MutantRunStatus.Survived) await this.#workers?.discard();
    return again;
  }

  async #passesWithout(options: MutantRunOptions, tests: string[]): Promise<boolean> {
    const activeMutant = { ...options.activeMutant, id: 'none' };
    const { hitLimit: _, ...unlimited } = options;
    const result = await this.#vitest.mutantRun({ ...unlimited, activeMutant, testFilter: tests });
    return result.status === MutantRunStatus.Survived;
  }
}

const [vitest] = strykerPlugins;
if (!vitest) throw new Error('@stryker-mutator/vitest-runner has no test runner any more.');
const { factory } = vitest;

/** The plugin for Stryker. */
export const quickRunner = {
  ...vitest,
  name: 'quick',
  factory: Object.assign((injector: unknown) => new QuickRunner(factory(injector)), {
    inject: factory.inject,
  }),
};
