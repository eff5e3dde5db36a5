/** The issuer whose tokens the API accepts: an existing provider, or a user pool that the deployment creates. */
import { Construct } from 'constructs';
import { defaultScope, type Settings } from '../settings/settings.ts';
import type { TokenRequirements } from './player-api.ts';
import { PlayerPool } from './user-pool.ts';

export class Identity extends Construct {
  /** What a token must have. */
  readonly tokens: TokenRequirements;
  /** The user pool that the deployment creates. Undefined with another identity provider. */
  readonly pool: PlayerPool | undefined;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { identity, removalPolicy } = settings;
    if (!('cognito' in identity)) {
      this.tokens = identity;
      return;
    }
    this.pool = new PlayerPool(this, 'Players', {
      cognito: identity.cognito,
      removalPolicy,
      deployment: scope,
    });
    // A Cognito access token has no `aud`; the authorizer compares `client_id` instead.
    this.tokens = { issuer: this.pool.issuer, audience: [this.pool.clientId], scope: defaultScope };
  }
}
