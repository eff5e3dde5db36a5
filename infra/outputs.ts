/** The outputs of a stack that tell a web developer or an operator what to write. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export interface Output {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

/**
 * Writes outputs into the stack of a construct, under names that do not depend on where in the stack the construct is.
 *
 * @param prefix in front of each name, so that a stack may hold several deployments
 * @throws {Error} when the stack has an output of that name already
 */
export function addOutputs(construct: IConstruct, outputs: readonly Output[], prefix: string): void {
  const stack = Stack.of(construct);
  for (const { name, value, description } of outputs) {
    const id = `${prefix}${name}`;
    if (stack.node.tryFindChild(id)) {
      throw new Error(
        `the stack ${JSON.stringify(stack.node.path)} has ${JSON.stringify(id)} already: give each addOutputs() of the stack a prefix of its own, such as addOutputs(${JSON.stringify(construct.node.id)})`,
      );
    }
    new CfnOutput(stack, id, { value, description });
  }
}
