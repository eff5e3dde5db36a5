import * as cdk from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Rejoin } from 'rejoin';

export class ArcadeStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const rejoin = new Rejoin(this, 'Rejoin', {
      streamGroups: [{ id: 'sg-Racing1', region: 'us-west-2', applications: ['a-Racer'] }],
      webOrigins: ['https://play.arcade.example'],
    });
    rejoin.addOutputs();
  }
}
