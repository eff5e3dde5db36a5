import type { Settings } from '../../infra/settings/settings.ts';
import { type Finding, warning } from './finding.ts';
import type { Hints } from './hints.ts';

/** Compares the settings' identity provider and domain with those in the deployed stack's outputs. */
export function checkOutputs(
  { identity, domain }: Settings,
  { ApiUrl, DomainTarget, Issuer, Audience, Scope, ClientId }: Record<string, string | undefined>,
  { deploy }: Hints,
): Finding[] {
  const differs = (name: string, deployed: string | undefined, written: string) =>
    deployed === undefined || deployed === written
      ? []
      : [warning(name, `${deployed} is deployed, and the settings say ${written}`, deploy)];
  const address =
    domain !== undefined || DomainTarget !== undefined
      ? differs(
          'domain',
          DomainTarget === undefined ? "API Gateway's own address" : ApiUrl,
          domain === undefined ? "API Gateway's own address" : `https://${domain.name}`,
        )
      : [];
  if ('cognito' in identity) {
    const provider = ClientId === undefined ? Issuer : undefined;
    return [...address, ...differs('identity', provider, 'a Cognito user pool')];
  }
  return [
    ...address,
    ...differs('identity.issuer', Issuer, identity.issuer),
    ...differs('identity.audience', Audience, identity.audience.join(' ')),
    ...differs('identity.scope', Scope, identity.scope),
  ];
}
