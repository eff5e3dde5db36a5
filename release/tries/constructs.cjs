// Somebody's CDK app, where rejoin and the CDK are installed: three lines, and a template with functions.
const { App, Stack } = require('aws-cdk-lib');
const { Rejoin } = require('rejoin');

const app = new App();
const stack = new Stack(app, 'Arcade', { env: { region: 'us-west-2' } });
new Rejoin(stack, 'Rejoin', {
  streamGroups: [{ id: 'sg-1AB2C3De4', region: 'us-west-2', applications: ['a-9ZY8X7Wv6'] }],
  webOrigins: ['https://play.example.com'],
});
const { template } = app.synth().getStackByName('Arcade');
const types = Object.values(template.Resources).map(({ Type }) => Type);
const functions = types.filter((type) => type === 'AWS::Lambda::Function').length;
if (functions < 5) throw new Error(`the template has ${functions} functions`);
console.log(`a template with ${types.length} resources, ${functions} of them functions`);
