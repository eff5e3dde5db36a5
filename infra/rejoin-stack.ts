/** A stack with one Rejoin. Its outputs are what a web developer needs to know. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Rejoin } from './rejoin.ts';
import { parseSettings, type Settings, type SettingsInput } from './settings/settings.ts';

export class RejoinStack extends Stack {
  readonly rejoin: Rejoin;

  /**
   * The settings name the stack. The deployer chooses its account and Region, which may differ from the stream groups'.
   *
   * @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead
   */
  constructor(scope: Construct, input: SettingsInput | Settings) {
    const settings = parseSettings(input);
    super(scope, settings.stackName, {
      description: 'Rejoin: puts a dropped Amazon GameLift Streams player back into the same session',
      terminationProtection: settings.removalPolicy === 'retain',
      // CDK must not report anything about a deployment.
      analyticsReporting: false,
    });
    this.rejoin = new Rejoin(this, 'Rejoin', settings);
    const { apiUrl, domainTarget, identity } = this.rejoin;
    const { tokens, pool } = identity;
    this.#output('ApiUrl', apiUrl, 'Base URL of the player API');
    if (domainTarget !== undefined) {
      this.#output(
        'DomainTarget',
        domainTarget,
        "Where a CNAME or alias record of the API's domain has to lead",
      );
    }
    this.#output('Issuer', tokens.issuer, 'Issuer of the tokens that the API accepts');
    this.#output(
      'Audience',
      tokens.audience.join(' '),
      'Audiences that the API accepts, separated by spaces',
    );
    this.#output('Scope', tokens.scope, 'Scope that an access token must have');
    if (pool === undefined) return;
    this.#output(
      'ClientId',
      pool.clientId,
      'Client id for the web page: authorization code with PKCE, no secret',
    );
    this.#output('SignInUrl', pool.signInUrl, 'Base URL of the hosted sign-in page');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
