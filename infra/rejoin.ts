/**
 * Rejoin as one construct, for an app of one's own: `new Rejoin(this, 'Rejoin', { streamGroups: [...] })`. An app, and
 * even one stack, may hold several. `examples/own-app.ts` is such an app.
 */
import { Annotations, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Identity } from './identity.ts';
import { PlayerApi } from './player-api.ts';
import { PlayerFunction } from './player-function.ts';
import { playerRoutes } from './player-routes.ts';
import { parseSettings, type Settings, type SettingsInput } from './settings.ts';
import { SessionTable } from './table.ts';
import { warningsFor } from './warnings.ts';

export class Rejoin extends Construct {
  readonly settings: Settings;
  readonly identity: Identity;
  /** Base URL of the player API, without a slash at the end. */
  readonly apiUrl: string;
  /** Where DNS has to lead the API's own domain, if it has one. */
  readonly domainTarget: string | undefined;

  /**
   * @param input as in a settings file. `stackName` is nobody's business here: the stack is the caller's.
   * @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead
   */
  constructor(scope: Construct, id: string, input: Omit<SettingsInput, 'stackName'> | Settings) {
    super(scope, id);
    const settings = parseSettings(input);
    this.settings = settings;
    for (const { id: warning, message } of warningsFor(settings)) {
      Annotations.of(this).addWarningV2(warning, message);
    }
    for (const [name, value] of Object.entries({ application: 'rejoin', ...settings.tags })) {
      Tags.of(this).add(name, value);
    }
    this.identity = new Identity(this, 'Identity', settings);
    const { table } = new SessionTable(this, 'Sessions', settings);
    const routes = playerRoutes.map((route) => ({
      method: route.method,
      path: route.path,
      function: new PlayerFunction(this, route.name, { route, settings, table }).function,
    }));
    const { api, domain } = new PlayerApi(this, 'PlayerApi', {
      tokens: this.identity.tokens,
      routes,
      settings,
    });
    this.apiUrl = domain?.url ?? api.apiEndpoint;
    this.domainTarget = domain?.target;
  }
}
