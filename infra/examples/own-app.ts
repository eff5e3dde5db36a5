/**
 * Rejoin inside another CDK app: two deployments in one stack. One has a user pool of its own and an operator API; the other
 * one uses the publisher's existing identity provider. In a repository of your own the imports read `from 'rejoin'`; see
 * docs/cdk.md, and `cdk-app/` for such an app.
 */
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { RejoinOperator } from '../operator.ts';
import { Rejoin } from '../rejoin.ts';

export const app = new App();
const stack = new Stack(app, 'Arcade', { env: { account: '111122223333', region: 'eu-central-1' } });

const europe = new Rejoin(stack, 'Europe', {
  streamGroups: [
    { id: 'sg-Racing1', region: 'eu-central-1', applications: ['a-Racer'] },
    {
      id: 'sg-Racing2',
      region: 'us-west-2',
      applications: ['a-Racer', 'a-Karts'],
      locations: ['us-west-2', 'us-east-1'],
      connectionTimeoutSeconds: 300,
    },
  ],
  webOrigins: ['https://play.arcade.example'],
  domain: {
    name: 'api.arcade.example',
    certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'arcade.example' },
  },
  operators: ['arn:aws:sts::111122223333:assumed-role/ArcadeSupport/*'],
  tags: { team: 'arcade' },
});
const operators = new RejoinOperator(stack, 'EuropeOperators', europe);

const trial = new Rejoin(stack, 'Trial', {
  streamGroups: [{ id: 'sg-Trial', region: 'ap-northeast-1', applications: ['a-Racer'] }],
  identity: { issuer: 'https://login.arcade.example/', audience: ['arcade-web'], scope: 'games/play' },
  webOrigins: ['http://localhost:5173'],
  removalPolicy: 'destroy',
});

new CfnOutput(stack, 'EuropeUrl', { value: europe.apiUrl });
new CfnOutput(stack, 'EuropeOperatorsUrl', { value: operators.apiUrl });
if (europe.identity.pool) new CfnOutput(stack, 'EuropeSignIn', { value: europe.identity.pool.signInUrl });
new CfnOutput(stack, 'TrialUrl', { value: trial.apiUrl });
