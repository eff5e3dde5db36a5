import { readFileSync } from 'node:fs';

/** The rows of the table behind a marker in docs/protocol.md, cells trimmed and without backticks. */
export function protocolTable(marker: string): string[][] {
  const page = readFileSync(new URL('../docs/protocol.md', import.meta.url), 'utf8');
  const [, behind = ''] = page.split(
    new RegExp(`<!-- ${marker}: (?:read by the tests|written by npm run generate) -->\\n`),
  );
  const lines = behind.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
