// Runs before `npm publish`, in the package's folder: `node ../release/publish.mjs client`, with that folder's path in the checkout. A
// package whose source and pages nobody finds is not published: both addresses stand in its package.json alone.
import { readFileSync } from 'node:fs';

const [directory] = process.argv.slice(2);
const { name, repository, homepage } = JSON.parse(readFileSync('package.json', 'utf8'));
const missing = [
  ...(repository?.url && repository.directory === directory
    ? []
    : [`"repository" with "url" and "directory": "${directory}"`]),
  ...(homepage ? [] : ['"homepage"']),
];
if (missing.length > 0) {
  console.error(
    `${name} is not published: write ${missing.join(' and ')} into ${directory}/package.json first.`,
  );
  process.exit(1);
}
