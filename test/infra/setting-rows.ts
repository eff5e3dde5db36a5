/** The rows of the table of settings in docs/deploy.md, read from the schema. */
import { settingsSchema } from '../../infra/settings/schema.ts';
import { leaves, linesOf } from './setting-lines.ts';
import { group, minimal } from './synth.ts';

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, unknown>;
  readonly innerType?: unknown;
  readonly element?: unknown;
  readonly defaultValue?: unknown;
}

/**
 * The default of a setting: a JSON value, `optional` if it depends on other settings, or `required`. Inside an optional setting
 * this holds once that setting is written.
 */
function defaultOf(
  schema: unknown,
  path: readonly string[],
  above: readonly string[] = [],
  within = '',
): string {
  const { type, shape, innerType, element, defaultValue } = (schema as { _zod: { def: Definition } })._zod
    .def;
  const [name, ...rest] = path;
  if (name === undefined) {
    if (type === 'default') return `\`${JSON.stringify(defaultValue)}\``;
    return type === 'optional' ? 'optional' : `required${within}`;
  }
  if (shape !== undefined) return defaultOf(shape[name], rest, [...above, name], within);
  const optional = type === 'optional' ? ` with \`${above.join('.')}\`` : within;
  return defaultOf(innerType ?? element, path, above, optional);
}

/** What the error line says is allowed, read by writing null. */
function allowedIn(path: string): string {
  const [first = '', ...rest] = path.split('.');
  const nested = rest.reduceRight<unknown>((value, name) => ({ [name]: value }), null);
  const input =
    first === 'streamGroups'
      ? { streamGroups: [{ ...group, ...(nested as object) }] }
      : { ...minimal, [first]: nested };
  const [line] = linesOf(input).filter((each) => each.replace('[0]', '').startsWith(`${path} is null; `));
  return line?.split('; write ').slice(1).join('; write ') ?? '';
}

/** `[setting, default, allowed]`, in the order of the schema. */
export function settingRows(): [string, string, string][] {
  return leaves(settingsSchema).map((path) => [
    `\`${path.replace('streamGroups.', 'streamGroups[].')}\``,
    defaultOf(settingsSchema, path.split('.')),
    allowedIn(path),
  ]);
}
