/** The name of an HTTP API: that of its stack, and that of its construct where the two differ. */
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** API Gateway, CreateApi. */
const longestName = 128;

/**
 * @param deployment the construct whose id goes into the name
 * @param what says which API it is, if the ids do not
 * @throws {Error} when the name is too long, which only happens in an app of your own: settings limit the stack's name
 */
export function apiName(deployment: Construct, what?: string): string {
  const { stackName } = Stack.of(deployment);
  const name = [...new Set([stackName, deployment.node.id]), ...(what ? [what] : [])].join(' ');
  if (Token.isUnresolved(name) || name.length <= longestName) return name;
  throw new Error(
    `the API's name would be ${JSON.stringify(name)}, ${name.length} characters, and API Gateway allows ${longestName}: give the stack or the construct ${JSON.stringify(deployment.node.id)} a shorter name`,
  );
}
