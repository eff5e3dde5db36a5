/** Provisioned concurrency: sandboxes that Lambda keeps initialized, so that the first requests see no cold start. */
import {
  Alias,
  type IFunction,
  type IVersion,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * An alias with provisioned concurrency. Lambda allows it only for a published version (Lambda Developer Guide, "Configuring
 * provisioned concurrency"). CDK publishes a new version whenever code or configuration change, and the alias points to it.
 * The number is set on the alias, not on the version: CloudFormation would replace a version to change its number, and Lambda
 * publishes no second version of the same code and configuration.
 *
 * @param executions how many sandboxes stay initialized
 */
export function provisionedAlias(scope: Construct, fn: LambdaFunction, executions: number): IFunction {
  const alias = new Alias(scope, 'Live', {
    aliasName: 'live',
    description: 'The version that the API invokes',
    // CDK's type declarations do not support exactOptionalPropertyTypes.
    version: fn.currentVersion as IVersion,
    provisionedConcurrentExecutions: executions,
  });
  return alias as IFunction;
}
