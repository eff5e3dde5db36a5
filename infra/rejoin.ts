/**
 * Rejoin as one construct, for your own CDK app: `new Rejoin(this, 'Rejoin', { streamGroups: [...] })`. An app, or one stack,
 * may hold several. `examples/own-app.ts` is an example.
 */
import { Annotations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { Identity } from './api/identity.ts';
import { PlayerApi } from './api/player-api.ts';
import { playerEnvironment } from './functions/environment.ts';
import { ProbeFunction } from './functions/probe-function.ts';
import { RouteFunction } from './functions/route-function.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { addOutputs, type Output } from './outputs.ts';
import { playerRoutes } from './routes/player-routes.ts';
import { parseSettings, type Settings, type SettingsInput } from './settings/settings.ts';
import { tag } from './settings/tags.ts';
import { warningsFor } from './settings/warnings.ts';
import { SessionTable } from './storage/session-table.ts';

type ProvisionedRoute = keyof Settings['provisionedConcurrency'];

export class Rejoin extends Construct {
  readonly settings: Settings;
  readonly identity: Identity;
  /** Players' sessions, rate limits, leases and stored answers. */
  readonly table: Table;
  /** Base URL of the player API, without a slash at the end. */
  readonly apiUrl: string;
  /** The host name that the DNS record of the custom domain must point to, if there is one. */
  readonly domainTarget: string | undefined;

  /**
   * @param input as in a settings file. `stackName` has no effect: the caller creates the stack.
   * @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead; also for an alarm topic of
   * another Region, if the stack has a fixed Region
   * @throws {Error} when the names of stack and construct are too long together for the API's name
   */
  constructor(scope: Construct, id: string, input: Omit<SettingsInput, 'stackName'> | Settings) {
    super(scope, id);
    const settings = parseSettings(input);
    this.settings = settings;
    for (const { id: warning, message } of warningsFor(settings)) {
      Annotations.of(this).addWarningV2(warning, message);
    }
    tag(this, settings);
    this.identity = new Identity(this, 'Identity', settings);
    const { table } = new SessionTable(this, 'Sessions', settings);
    this.table = table;
    const targets = { streamGroups: settings.streamGroups, tables: { table } };
    const environment = playerEnvironment(settings, table);
    const functions = Object.fromEntries(
      playerRoutes.map((route) => [
        route.name,
        new RouteFunction(this, route.name, {
          route,
          settings,
          targets,
          environment,
          provisionedConcurrency: settings.provisionedConcurrency[route.name as ProvisionedRoute],
        }),
      ]),
    );
    const routes = playerRoutes.map(({ name, method, path }) => {
      const { function: fn, invoked } = functions[name] as RouteFunction;
      return { method, path, function: fn, invoked };
    });
    const { api, accessLogs, domain } = new PlayerApi(this, 'PlayerApi', {
      tokens: this.identity.tokens,
      routes,
      settings,
    });
    this.apiUrl = domain?.url ?? api.apiEndpoint;
    const probe = settings.probe
      ? new ProbeFunction(this, 'Probe', { settings, apiUrl: this.apiUrl })
      : undefined;
    new Monitoring(this, 'Monitoring', { routes: functions, table, api, accessLogs, probe, settings });
    this.domainTarget = domain?.target;
  }

  /**
   * Writes what a web page needs into the outputs of the stack: `ApiUrl`, `Issuer`, `Audience`, `Scope`, with a user pool of this
   * deployment `ClientId` and `SignInUrl`, and with a custom domain `DomainTarget`.
   *
   * @param prefix in front of each name, for a stack with several deployments
   * @throws {Error} when the stack has an output of that name already
   */
  addOutputs(prefix = ''): void {
    const { tokens, pool } = this.identity;
    const outputs: Output[] = [
      { name: 'ApiUrl', value: this.apiUrl, description: 'Base URL of the player API' },
    ];
    const add = (name: string, value: string, description: string) =>
      outputs.push({ name, value, description });
    if (this.domainTarget !== undefined) {
      const leads = "Where a CNAME or alias record of the API's domain has to lead";
      add('DomainTarget', this.domainTarget, leads);
    }
    add('Issuer', tokens.issuer, 'Issuer of the tokens that the API accepts');
    add('Audience', tokens.audience.join(' '), 'Audiences that the API accepts, separated by spaces');
    add('Scope', tokens.scope, 'Scope that an access token must have');
    if (pool !== undefined) {
      const client = 'Client id for the web page: authorization code with PKCE, no secret';
      add('ClientId', pool.clientId, client);
      add('SignInUrl', pool.signInUrl, 'Base URL of the hosted sign-in page');
    }
    addOutputs(this, outputs, prefix);
  }
}
