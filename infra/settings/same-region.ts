/** Resources that AWS accepts from the Region of the stack only: the topic of the alarms, the certificate of the domain. */
import { Aws, CfnRule, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { invalidLine, pathText, SettingsError } from './errors.ts';

export interface RegionalArn {
  readonly path: readonly string[];
  readonly arn: string;
  /** What the ARN names: "topic". */
  readonly what: string;
}

/**
 * Refuses an ARN of another Region, which otherwise fails in the middle of a deployment. Without a fixed Region in the app, it
 * is not known before the deployment: a rule in the template then makes CloudFormation refuse, before it creates anything.
 *
 * @throws {SettingsError} when the stack has a fixed Region and the ARN is of another one
 */
export function requireRegionOfStack(scope: Construct, { path, arn, what }: RegionalArn): void {
  const { region } = Stack.of(scope);
  const [, , , arnRegion = ''] = arn.split(':');
  // The ARN of a resource that is deployed as well. Nobody knows its Region before.
  if (arnRegion === '' || Token.isUnresolved(arnRegion)) return;
  if (Token.isUnresolved(region)) {
    const advice = `The setting ${pathText(path)} names a ${what} in ${arnRegion}. Deploy there (AWS_REGION=${arnRegion}), or write the ARN of a ${what} in the Region of this stack.`;
    new CfnRule(scope, `${what[0]?.toUpperCase()}${what.slice(1)}Region`, {
      assertions: [{ assert: Fn.conditionEquals(Aws.REGION, arnRegion), assertDescription: advice }],
    });
    return;
  }
  if (arnRegion === region) return;
  const input = path.reduceRight<unknown>((value, name) => ({ [name]: value }), arn);
  const allowed = `the ARN of a ${what} in ${region}, where this stack is deployed`;
  throw new SettingsError([invalidLine(input, { path, allowed })]);
}
