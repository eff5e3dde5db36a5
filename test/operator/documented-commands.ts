import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentedCommand {
  line: string;
  /** What follows `npm run --silent operator --`, as a shell would split it. */
  args: string[];
}

const PREFIX = 'npm run --silent operator -- ';

/** The command lines that docs/operator.md shows in its code blocks. */
export function documentedCommands(): DocumentedCommand[] {
  const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operator.md'), 'utf8');
  return document
    .split('\n')
    .filter((line) => line.startsWith(PREFIX))
    .map((line) => ({
      line,
      args: [...line.slice(PREFIX.length).matchAll(/'([^']*)'|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? bare ?? '',
      ),
    }));
}
