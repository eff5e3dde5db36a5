/** The CDK app: `npx cdk synth`, `npx cdk deploy`. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OperatorStack } from './operator-stack.ts';
import { RejoinStack } from './rejoin-stack.ts';
import { SettingsError } from './settings/errors.ts';
import { findSettings } from './settings/source.ts';

const app = new App({ autoSynth: false });
// What these rules find and nobody has answered beside the resource it concerns, warnings too, ends the synthesis.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
let from = 'settings';
try {
  const source = findSettings((key) => app.node.tryGetContext(key), process.cwd());
  from = source.name;
  // What a deployer wrote is anything at all until the stack has checked it.
  const { rejoin } = new RejoinStack(app, source.input as ConstructorParameters<typeof RejoinStack>[1]);
  // Nobody gets a door that nobody asked for. An empty list keeps it there, closed.
  if (rejoin.settings.operators !== undefined) new OperatorStack(app, rejoin);
  app.synth();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof SettingsError) {
    console.error(`Rejoin cannot be deployed with these settings (${from}):`);
    for (const line of error.lines) console.error(`- ${line}`);
  } else if (error instanceof Error && error.name === 'ValidationFailed') {
    // The findings are on the terminal already, each with the place that it stands for.
    console.error(error.message);
  } else throw error;
}
