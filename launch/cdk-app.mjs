// @ts-check
/**
 * Runs the CDK app for cdk.json, on a Node that is new enough. `npx cdk` runs on that Node already, but a globally installed `cdk`
 * runs on the machine's own Node.
 */
import { fileURLToPath } from 'node:url';
import { isNewEnough, requireNode, root } from './node.mjs';
import { fail, runInstead } from './run.mjs';

if (isNewEnough) {
  try {
    await import('../infra/app.ts');
  } catch (error) {
    const missing = /^Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : '');
    if (!missing) throw error;
    fail(
      `${missing[1]} is not installed. Run "npm ci --include=dev --include=optional" in ${root}, then try again.`,
    );
  }
} else {
  runInstead(requireNode(), [fileURLToPath(import.meta.url)], { env: process.env });
}
