import { styleText } from 'node:util';

/** Controls, format characters, separators and lone surrogates: a terminal acts on them, or they change how text reads. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Text from elsewhere that is safe to show: unsafe characters are spelled out, as in `\u{1b}`. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** JSON that is safe to show on a terminal too. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(UNSAFE, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Colours text on a terminal, unless NO_COLOR is set. */
const styled = (style: Parameters<typeof styleText>[0], text: string, stream: NodeJS.WriteStream) =>
  styleText(style, text, { stream });

/** Prints a result to standard output. */
export const printResult = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Prints what happens meanwhile to standard error. */
export const printProgress = (line: string): void => {
  process.stderr.write(`${styled('dim', printable(line), process.stderr)}\n`);
};

/** Prints an error to standard error. */
export const printError = (line: string): void => {
  process.stderr.write(`${styled('red', printable(line), process.stderr)}\n`);
};

/** A wait as a person reads it, rounded up. */
export const seconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)} s`;

/** Rows in aligned columns. Every cell is made printable. */
export function columns(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
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
