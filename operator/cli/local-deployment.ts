import { join } from 'node:path';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';
import { EXIT, Failure } from './failure.ts';

/** Where the local deployment keeps its files. @param given with `--directory` */
export const localDirectory = (given: string | undefined): string =>
  given ?? join(import.meta.dirname, '..', '..', '.local');

/** @throws Failure in one sentence if no local deployment runs there */
export function localEndpoints(directory: string): Endpoints {
  try {
    return readEndpoints(directory);
  } catch (error) {
    throw new Failure((error as Error).message, EXIT.failed, { cause: error });
  }
}
