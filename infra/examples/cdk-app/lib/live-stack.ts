import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as cdk from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Rejoin, RejoinOperator } from 'rejoin';

/** With a key, a topic and a user pool of the app's own, and the operators' API. */
export class LiveStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    const players = new cognito.UserPool(this, 'Players', { removalPolicy: cdk.RemovalPolicy.RETAIN });
    const play = new cognito.ResourceServerScope({ scopeName: 'play', scopeDescription: 'Play games' });
    const arcade = players.addResourceServer('Arcade', { identifier: 'arcade', scopes: [play] });
    const page = players.addClient('Page', {
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.resourceServer(arcade, play)],
        callbackUrls: ['https://play.arcade.example/'],
      },
    });
    const rejoin = new Rejoin(this, 'Rejoin', {
      streamGroups: [
        {
          id: 'sg-Racing1',
          region: 'us-west-2',
          applications: ['a-Racer'],
          connectionTimeout: cdk.Duration.minutes(4),
        },
      ],
      webOrigins: ['https://play.arcade.example'],
      identity: { userPool: players, userPoolClients: [page], scope: 'arcade/play' },
      encryptionKey: new kms.Key(this, 'Key', { enableKeyRotation: true }),
      alarmTopic: new sns.Topic(this, 'OnCall'),
      logs: { retention: logs.RetentionDays.THREE_MONTHS },
      operators: [`arn:aws:sts::${this.account}:assumed-role/Support/*`],
    });
    rejoin.addOutputs();
    new RejoinOperator(this, 'Operators', rejoin).addOutputs();
    // Whatever is inside is a member.
    new cdk.CfnOutput(this, 'ReconnectFunction', { value: rejoin.functions.reconnect.functionName });
  }
}
