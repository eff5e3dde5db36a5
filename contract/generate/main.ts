/** Writes everything that is generated from the contract: `npm run generate -- --help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from './files.ts';

const HELP = `Rewrites the files that are generated from contract/. Run it after a change there: npm run generate

  docs/openapi.json             the player API as OpenAPI 3.1
  docs/openapi-operator.json    the operator API as OpenAPI 3.1
  docs/protocol.md              its tables of codes, except for the column "when", which you write there
  client/src/contract.ts        the codes and types of the client library

  --help                        this text

A test fails while one of these files is not current.`;

const root = join(import.meta.dirname, '..', '..');

const [argument] = process.argv.slice(2);
if (argument === '--help') {
  console.log(HELP);
} else if (argument !== undefined) {
  console.error(`"${argument}" is not an option. See: npm run generate -- --help`);
  process.exitCode = 1;
} else {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  for (const [path, text] of Object.entries(generatedFiles(read))) {
    if (text === read(path)) continue;
    writeFileSync(join(root, path), text);
    console.log(`${path} was rewritten`);
  }
}
