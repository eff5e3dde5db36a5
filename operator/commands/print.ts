import { styleText } from 'node:util';

/** Controls, format characters, separators and lone halves: whatever a terminal acts upon, or that hides how text reads. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Text from somewhere else, as it may be shown: what a terminal would act upon is spelled out, as in `\u{1b}`. */
export const printable = (text: string): string =>
  text.replace(ACTIVE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** JSON, of which nothing acts upon a terminal either. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(ACTIVE, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Coloured on a terminal only, and not where NO_COLOR is set. */
const styled = (style: Parameters<typeof styleText>[0], text: string, stream: NodeJS.WriteStream) =>
  styleText(style, text, { stream });

/** A result, to standard output. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What goes on meanwhile, to standard error. */
export const note = (line: string): void => {
  process.stderr.write(`${styled('dim', printable(line), process.stderr)}\n`);
};

export const complain = (line: string): void => {
  process.stderr.write(`${styled('red', printable(line), process.stderr)}\n`);
};

/** Rows in columns as wide as they must be; every cell is made printable. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map(printable));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...shown.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [styled('bold', line(header), process.stdout), ...shown.map(line)];
}
