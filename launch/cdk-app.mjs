// @ts-check
/**
 * The command of cdk.json: the CDK app, on a Node that runs it. `npx cdk` brings that Node, but a `cdk` that is installed globally
 * runs on the machine's own.
 */
import { fileURLToPath } from 'node:url';
import { findNode, howToGetNode, newEnough, root } from './node.mjs';
import { runInstead } from './run.mjs';

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

if (newEnough) {
  try {
    await import('../infra/app.ts');
  } catch (error) {
    const found = /^Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : '');
    if (!found) throw error;
    fail(
      `${found[1]} is not installed. Run "npm ci --include=dev --include=optional" in ${root}, then try again.`,
    );
  }
} else {
  const node = findNode();
  if (node === undefined) fail(howToGetNode());
  runInstead(node, [fileURLToPath(import.meta.url)], { env: process.env });
}
