/** The operator API in a separate stack, so that the right to deploy the player API does not include this one. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RejoinOperator } from './operator.ts';
import type { Rejoin } from './rejoin.ts';

export class OperatorStack extends Stack {
  /**
   * The stack's name is that of the player API's stack with "Operator" behind it. It imports the player API's table, so deploy
   * it after that stack and remove it before.
   *
   * @throws {SettingsError} see {@link RejoinOperator}
   */
  constructor(scope: Construct, rejoin: Rejoin) {
    const { stackName, removalPolicy } = rejoin.settings;
    super(scope, `${stackName}Operator`, {
      description: 'Rejoin: audited admin shells into live Amazon GameLift Streams sessions, for operators',
      terminationProtection: removalPolicy === 'retain',
      analyticsReporting: false,
    });
    new RejoinOperator(this, 'Operator', rejoin).addOutputs();
  }
}
