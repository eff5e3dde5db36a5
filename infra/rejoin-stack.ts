/** A stack with one Rejoin. Its outputs are what a web developer needs to know. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Rejoin } from './rejoin.ts';
import { parseSettings, type Settings, type SettingsInput } from './settings/settings.ts';

export class RejoinStack extends Stack {
  readonly rejoin: Rejoin;

  /**
   * The settings name the stack. The deployer chooses its account and Region, which may differ from the stream groups'.
   *
   * @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead
   */
  constructor(scope: Construct, input: SettingsInput | Settings) {
    const settings = parseSettings(input);
    super(scope, settings.stackName, {
      description: 'Rejoin: puts a dropped Amazon GameLift Streams player back into the same session',
      terminationProtection: settings.removalPolicy === 'retain',
      // CDK must not report anything about a deployment.
      analyticsReporting: false,
    });
    const { stackName: _, ...props } = settings;
    this.rejoin = new Rejoin(this, 'Rejoin', props);
    this.rejoin.addOutputs();
  }
}
