/** Tags every resource below a construct. */
import { Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export function tag(scope: Construct, settings: Pick<Settings, 'tags'>): void {
  for (const [name, value] of Object.entries({ application: 'rejoin', ...settings.tags })) {
    Tags.of(scope).add(name, value);
  }
}
