/** Rejoin as one construct, for an app of one's own: `new Rejoin(this, 'Rejoin', { streamGroups: [...] })`. */
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

  /** @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead */
  constructor(scope: Construct, id: string, input: SettingsInput | Settings) {
    super(scope, id);
    const settings = parseSettings(input);
    this.settings = settings;
    for (const { id: warning, message } of warningsFor(settings)) {
      Annotations.of(this).addWarningV2(warning, message);
    }
    Tags.of(this).add('application', 'rejoin');
    this.identity = new Identity(this, 'Identity', settings);
    const { table } = new SessionTable(this, 'Sessions', settings);
    const routes = playerRoutes.map((route) => ({
      method: route.method,
      path: route.path,
      function: new PlayerFunction(this, route.name, { route, settings, table }).function,
    }));
    const { api } = new PlayerApi(this, 'PlayerApi', { tokens: this.identity.tokens, routes, settings });
    this.apiUrl = api.apiEndpoint;
  }
}
