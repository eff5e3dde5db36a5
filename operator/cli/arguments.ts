import { type ParseArgsConfig, parseArgs } from 'node:util';
import { EXIT, Failure } from './failure.ts';

/** An option with a value. */
export const TEXT = { type: 'string' } as const;
/** An option without a value. */
export const FLAG = { type: 'boolean', default: false } as const;

/** What both command lines take, with one meaning in both. */
export const SHARED_OPTIONS = {
  region: TEXT,
  profile: TEXT,
  local: FLAG,
  directory: TEXT,
  json: FLAG,
} as const;

export interface SharedArguments {
  region?: string | undefined;
  /** A profile of AWS's shared files. */
  profile?: string | undefined;
  /** Whether the local deployment of this checkout is meant, and not one in AWS. */
  local: boolean;
  /** Where the local deployment's endpoints.json is. */
  directory?: string | undefined;
  json: boolean;
}

/**
 * Refuses the command line.
 * @param sentence says what to write
 * @param help the command that shows the help text, such as `shell --help`
 */
export const usageFailure = (sentence: string, help: string, cause?: unknown): Failure =>
  new Failure(`${sentence} See: ${help}`, EXIT.usage, { cause });

/** @throws Failure with the first sentence of Node's own message, for an option that is unknown or lacks its value */
export function parseOptions(
  config: Required<Pick<ParseArgsConfig, 'options' | 'allowPositionals'>> & { args: readonly string[] },
  help: string,
): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ ...config, args: [...config.args] });
    return { values: { ...values } as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    const { message } = error as Error;
    const [, option] = /^Option '(.+)' argument is ambiguous/.exec(message) ?? [];
    // An id that AWS made may begin with a dash.
    if (option)
      throw usageFailure(`${option} lacks its value; one that begins with a dash is ${option}=-VALUE.`, help);
    const [sentence = ''] = message.split(/\. |\n/);
    throw usageFailure(sentence.replace(/\.?$/, '.'), help, error);
  }
}

/** @param values by the name of their option, in either `kebab-case` or `camelCase`. @throws Failure for one that is empty */
export function refuseEmpty(values: object, help: string): void {
  const empty = Object.entries(values).find(([, value]) => value === '')?.[0];
  if (empty === undefined) return;
  const option = empty.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageFailure(`--${option} must not be empty.`, help);
}

/** @throws Failure with the range for anything but a whole number in it */
export function wholeNumber(
  name: string,
  text: string,
  { least, most }: { least: number; most: number },
  help: string,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw usageFailure(`--${name} must be a whole number from ${least} to ${most}.`, help);
}
