/** The CDK app: `npx cdk synth`, `npx cdk deploy`. */
import { App } from 'aws-cdk-lib';
import { RejoinStack } from './rejoin-stack.ts';
import { SettingsError } from './settings-problems.ts';
import { findSettings } from './settings-source.ts';

const app = new App({ autoSynth: false });
let from = 'settings';
try {
  const source = findSettings((key) => app.node.tryGetContext(key), process.cwd());
  from = source.name;
  // What a deployer wrote is anything at all until the stack has checked it.
  new RejoinStack(app, source.input as ConstructorParameters<typeof RejoinStack>[1]);
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(`Rejoin cannot be deployed with these settings (${from}):`);
  for (const line of error.lines) console.error(`- ${line}`);
  process.exitCode = 1;
}
