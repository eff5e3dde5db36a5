/** The outputs of a stack that tell a web developer or an operator what to write. */
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Identity } from './api/identity.ts';

export interface Output {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

/** What a web page needs. */
export function playerOutputs({ apiUrl, domainTarget, identity }: PlayerAddress): Output[] {
  const { tokens, pool } = identity;
  const leads = "Target for the CNAME or alias record of the API's domain";
  const client = 'Client id for the web page: authorization code with PKCE, no secret';
  return [
    { name: 'ApiUrl', value: apiUrl, description: 'Base URL of the player API' },
    ...(domainTarget === undefined
      ? []
      : [{ name: 'DomainTarget', value: domainTarget, description: leads }]),
    { name: 'Issuer', value: tokens.issuer, description: 'Issuer of the tokens that the API accepts' },
    {
      name: 'Audience',
      value: tokens.audience.join(' '),
      description: 'Audiences that the API accepts, separated by spaces',
    },
    { name: 'Scope', value: tokens.scope, description: 'Scope that an access token must have' },
    ...(pool === undefined
      ? []
      : [
          { name: 'ClientId', value: pool.clientId, description: client },
          { name: 'SignInUrl', value: pool.signInUrl, description: 'Base URL of the hosted sign-in page' },
        ]),
  ];
}

/** Where the player API is, and whose tokens it accepts. */
interface PlayerAddress {
  readonly apiUrl: string;
  readonly domainTarget: string | undefined;
  readonly identity: Pick<Identity, 'tokens' | 'pool'>;
}

/**
 * Writes outputs into the stack of a construct, under names that do not depend on where in the stack the construct is.
 *
 * @param prefix in front of each name, so that a stack may hold several deployments
 * @throws {Error} when the stack has an output of that name already
 */
export function addOutputs(construct: IConstruct, outputs: readonly Output[], prefix: string): void {
  const stack = Stack.of(construct);
  for (const { name, value, description } of outputs) {
    const id = `${prefix}${name}`;
    if (stack.node.tryFindChild(id)) {
      throw new Error(
        `the stack ${JSON.stringify(stack.node.path)} has ${JSON.stringify(id)} already: give each addOutputs() of the stack a prefix of its own, such as addOutputs(${JSON.stringify(construct.node.id)})`,
      );
    }
    new CfnOutput(stack, id, { value, description });
  }
}
