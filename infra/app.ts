/** The CDK app: `npx cdk synth`, `npx cdk deploy`. */
import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { OperatorStack } from './operator-stack.ts';
import { RejoinStack } from './rejoin-stack.ts';
import { SettingsError } from './settings/errors.ts';
import { regionOfDeployment, regionWarnings } from './settings/region-warnings.ts';
import { findSettings } from './settings/source.ts';

const app = new App({ autoSynth: false });
// A finding of these rules ends the synthesis, also a warning, unless it is acknowledged beside its resource.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
let from = 'settings';
try {
  const source = findSettings((key) => app.node.tryGetContext(key), process.cwd());
  from = source.name;
  // The input may have any shape until the stack has checked it.
  const { rejoin } = new RejoinStack(app, source.input as ConstructorParameters<typeof RejoinStack>[1]);
  for (const { id, message } of regionWarnings(rejoin.settings, regionOfDeployment(process.env))) {
    Annotations.of(rejoin).addWarningV2(id, message);
  }
  // Without the setting there is no operator API. With an empty list there is one, and it refuses everybody.
  if (rejoin.settings.operators !== undefined) new OperatorStack(app, rejoin);
  app.synth();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof SettingsError) {
    console.error(`Rejoin cannot be deployed with these settings (${from}):`);
    for (const line of error.lines) console.error(`- ${line}`);
  } else if (error instanceof Error && error.name === 'ValidationFailed') {
    // The terminal shows the findings already, each with its construct.
    console.error(error.message);
  } else throw error;
}
