/** The operator API in a stack of its own: whoever may deploy the player API need not be able to touch this one. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RejoinOperator } from './operator.ts';
import type { Rejoin } from './rejoin.ts';

export class OperatorStack extends Stack {
  /**
   * Named after the player API's stack, of which it imports the table: so it is deployed after and removed before it.
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
    const { apiUrl, apiArn, auditTableName } = new RejoinOperator(this, 'Operator', rejoin);
    this.#output('OperatorApiUrl', apiUrl, 'Base URL of the operator API');
    this.#output('OperatorApiArn', apiArn, 'What an operator needs execute-api:Invoke on');
    this.#output('AuditTable', auditTableName, 'Name of the table with a record of every use');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
