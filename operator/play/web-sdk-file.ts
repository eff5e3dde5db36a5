import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageFailure } from '../cli/arguments.ts';

/** The path of the file that `--web-sdk` names, if it is given. @throws Failure where there is no such file */
export function webSdkFile(given: string | undefined, help: string): string | undefined {
  if (given === undefined || existsSync(given)) return given && resolve(given);
  throw usageFailure(`--web-sdk names ${given}: there is no such file.`, help);
}
