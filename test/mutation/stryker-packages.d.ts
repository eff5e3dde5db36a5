/** What is used of Stryker's packages, which are installed when they are first needed and not for the check of the types. */
declare module '@stryker-mutator/core' {
  import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';

  export class Stryker {
    constructor(options: PartialStrykerOptions);
    runMutationTest(): Promise<MutantResult[]>;
  }
}

declare module '@stryker-mutator/vitest-runner' {
  import type { FactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
  import type { TestRunner } from '@stryker-mutator/api/test-runner';
  import type { Vitest } from 'vitest/node';

  type RunnerFactory = ((injector: unknown) => TestRunner & { readonly ctx: Vitest }) & {
    readonly inject: ['$injector'];
  };
  export const strykerPlugins: readonly (FactoryPlugin<PluginKind.TestRunner, ['$injector']> & {
    readonly factory: RunnerFactory;
  })[];
}
