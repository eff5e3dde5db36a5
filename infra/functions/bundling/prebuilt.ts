/**
 * Takes the place of `bundle.ts` in the package: the functions' code was bundled when the package was built, so
 * an app needs neither esbuild nor Docker. The asset's hash is that of a checkout, since both are the fingerprint of the same files.
 */
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** The folder of the package's main file, which is CommonJS. */
declare const __dirname: string;

export function bundledCode(name: string): Code {
  return Code.fromAsset(join(__dirname, 'functions', name));
}
