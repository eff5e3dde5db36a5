import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/**
 * Reads a bench's options. Positional arguments are refused.
 * @throws UsageError in one sentence that says what to type
 */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  bench: string,
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}. See: npm run bench -- ${bench} --help`);
  }
}

/**
 * Reads an option's whole number.
 * @param what the option takes, where it is not one number
 * @throws UsageError
 */
export function whole(
  name: string,
  text: string,
  least: number,
  most: number,
  what = 'a whole number',
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes ${what} from ${least} to ${most}, not "${text}".`);
}

/**
 * Where a bench draws its chart: at the given path, else in the documentation. With `--json` and no path: nowhere.
 * @throws UsageError
 */
export function chartPath(
  given: string | undefined,
  options: { documented: string; json: boolean },
): { svg?: string } {
  const svg = given ?? (options.json ? undefined : options.documented);
  if (svg === undefined) return {};
  if (/\.svg$/.test(svg)) return { svg };
  throw new UsageError(`--svg takes the path of a file that ends in .svg, not "${svg}".`);
}
