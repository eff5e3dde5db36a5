/** What is used of Stryker's core, which is installed when it is first needed and not for the check of the types. */
declare module '@stryker-mutator/core' {
  import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';

  export class Stryker {
    constructor(options: PartialStrykerOptions);
    runMutationTest(): Promise<MutantResult[]>;
  }
}
