/** The files that are generated from the contract. */
import { openApiText } from '../openapi/document.ts';
import { documents } from '../openapi/documents.ts';
import { clientContract } from './client.ts';
import { withTables } from './protocol-tables.ts';

/**
 * The files that `npm run generate` writes: their text by their path from the repository's root.
 *
 * @param read reads a file of the repository, by its path: in docs/protocol.md only the tables are generated
 * @throws {Error} saying what can't be generated
 */
export function generatedFiles(read: (path: string) => string): Record<string, string> {
  const openApi = Object.entries(documents).map(([name, api]) => [`docs/${name}`, openApiText(api)]);
  return {
    ...Object.fromEntries(openApi),
    'docs/protocol.md': withTables(read('docs/protocol.md')),
    'client/src/contract.ts': clientContract(),
  };
}
