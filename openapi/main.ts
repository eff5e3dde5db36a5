/** Writes the documents of both APIs: `npm run openapi -- --help`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiText } from './document.ts';
import { documents } from './documents.ts';

const HELP = `Writes both APIs as OpenAPI 3.1, anew from routes, schemas and errors: npm run openapi

  docs/openapi.json             the player API
  docs/openapi-operator.json    the operator API

  --help                        this text

The tests hold that what is written is current.`;

const [argument] = process.argv.slice(2);
if (argument === '--help') {
  console.log(HELP);
} else if (argument !== undefined) {
  console.error(`"${argument}" is not an option. See: npm run openapi -- --help`);
  process.exitCode = 1;
} else {
  for (const [name, api] of Object.entries(documents)) {
    writeFileSync(join(import.meta.dirname, '..', 'docs', name), openApiText(api));
  }
}
