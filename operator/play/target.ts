import type { ConsoleConfig } from '../../local/console/config.ts';
import { discoverSignIn } from '../../local/console/discovery.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { preflight } from '../doctor/api-access.ts';
import { systemClocks } from '../doctor/clocks.ts';
import type { Arguments } from './arguments.ts';

/** What a stack tells about itself. */
export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The stream groups of the deployed settings; undefined where the deployed template can't be read. */
  readonly streamGroups: readonly { id: string; applications: readonly string[] }[] | undefined;
}

type Choices = Pick<Arguments, 'clientId' | 'scope' | 'signInParameters' | 'streamGroup' | 'application'>;

/**
 * The page's settings for a deployed stack.
 * @throws Failure in one sentence that says which option or output is missing
 */
export async function pageFor(stack: DeployedStack, choices: Choices): Promise<ConsoleConfig> {
  const { name, region, outputs } = stack;
  const { ApiUrl: api, Issuer: identity, Scope, ClientId } = outputs;
  if (api === undefined || identity === undefined || Scope === undefined) {
    throw failure(
      `Stack ${name} in ${region} has no outputs ApiUrl, Issuer and Scope: give the player API's stack with --stack.`,
    );
  }
  const clientId = choices.clientId ?? ClientId;
  if (clientId === undefined) {
    throw failure(
      `Stack ${name} accepts tokens of ${identity}, but its outputs do not name this page's client: pass --client-id.`,
    );
  }
  const { streamGroupId, application } = game(stack, choices);
  return {
    deployment: `${name} in ${region}`,
    api,
    identity,
    endpoints: await discoverSignIn(identity).catch((error: Error) => {
      throw failure(error.message);
    }),
    clientId,
    scope: choices.scope ?? Scope,
    signInParameters: choices.signInParameters,
    streamGroupId,
    application,
  };
}

/** The stream group and application to start. */
function game({ name, streamGroups = [] }: DeployedStack, { streamGroup, application }: Choices) {
  const group =
    streamGroup === undefined ? streamGroups[0] : streamGroups.find(({ id }) => id === streamGroup);
  const streamGroupId = streamGroup ?? group?.id;
  const chosen = application ?? group?.applications[0];
  if (streamGroupId === undefined || chosen === undefined) {
    const known = streamGroups.map(({ id }) => id).join(', ');
    throw failure(
      known === '' || streamGroup === undefined
        ? `The deployed settings of ${name} cannot be read: give --stream-group and --application.`
        : `${name} has no stream group ${streamGroup}: it has ${known}.`,
    );
  }
  return { streamGroupId, application: chosen };
}

/** Asks the API, as a browser would, whether a page may call it. @throws Failure that says what to change */
export async function requireOrigin(api: string, origin: string): Promise<void> {
  const response = await preflight(api, origin, systemClocks);
  if (typeof response === 'string') throw failure(`The API at ${api} cannot be reached (${response}).`);
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed === origin || allowed === '*') return;
  throw failure(
    `The API does not allow ${origin}, where this page would be: add it to webOrigins of the settings and deploy (removalPolicy must be "destroy" for http), or pass --port with the port of a listed address.`,
  );
}

const failure = (message: string) => new Failure(message, EXIT.failed);
