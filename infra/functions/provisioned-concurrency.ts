/** Sandboxes that Lambda keeps initialized, so that whoever comes first does not wait for a cold start. */
import {
  Alias,
  type IFunction,
  type IVersion,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Lambda keeps ready only what no longer changes: a published version (Lambda Developer Guide, "Configuring provisioned
 * concurrency"). CDK publishes a new one whenever code or configuration differ, and the alias leads there. The number stands
 * at the alias, since CloudFormation would replace a version to change it, and Lambda publishes no second version of the same
 * code and configuration.
 */
export function keptReady(scope: Construct, fn: LambdaFunction, sandboxes: number): IFunction {
  const alias = new Alias(scope, 'Live', {
    aliasName: 'live',
    description: 'What the API invokes',
    // CDK's declarations of its own classes do not know exact optional properties.
    version: fn.currentVersion as IVersion,
    provisionedConcurrentExecutions: sandboxes,
  });
  return alias as IFunction;
}
