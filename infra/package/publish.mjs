// Runs before `npm publish`. A package whose source and pages nobody finds is not published: both addresses stand in package.json alone.
import { readFileSync } from 'node:fs';

const { name, repository, homepage } = JSON.parse(
  readFileSync(new URL('package.json', import.meta.url), 'utf8'),
);
const missing = [
  ...(repository?.url && repository.directory === 'infra/package'
    ? []
    : ['"repository" with "url" and "directory": "infra/package"']),
  ...(homepage ? [] : ['"homepage"']),
];
if (missing.length > 0) {
  console.error(
    `${name} is not published: write ${missing.join(' and ')} into infra/package/package.json first.`,
  );
  process.exit(1);
}
