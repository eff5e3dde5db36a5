import { callerArn } from '../aws/caller.ts';
import { stackOutputs } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { createSigner } from '../aws/signer.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { localDirectory, localEndpoints } from '../cli/local-deployment.ts';

export interface ContextOptions {
  api?: string | undefined;
  stack: string;
  region?: string | undefined;
  profile?: string | undefined;
  local: boolean;
  directory?: string | undefined;
}

/** The operator API, and who calls it. */
export interface Context {
  api: URL;
  signer: Signer;
  isLocal: boolean;
  /** The stream group for an id that is given without one. Only the local deployment has one. */
  streamGroup: string | undefined;
  /** Who signs, as far as AWS says. */
  whoAmI(): Promise<string>;
  /** The issuer of the players' tokens. @throws Failure */
  issuer(): Promise<string>;
  /** Variables that the plugin gets beside those of this process. */
  pluginEnvironment: Record<string, string>;
}

const usage = (message: string) => new Failure(message, EXIT.usage);

/** @throws Failure for an address that no signed request may go to */
function apiUrl(text: string): URL {
  // The address is not shown: a name and a password may stand before the @.
  if (text.includes('@')) throw usage('--api must be an address without a name and password in it.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw usage(
    `--api must be an address such as https://abc123.execute-api.us-west-2.amazonaws.com, not "${text}".`,
  );
}

/** The API's own address names the Region of its signatures. It counts more than the profile's Region. */
const regionOfApi = ({ hostname }: URL): string | undefined =>
  /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(hostname)?.[1];

function localContext({ directory }: ContextOptions): Context {
  const endpoints = localEndpoints(localDirectory(directory));
  if (endpoints.operatorApi === null) {
    throw usage('The local deployment has no operator API: its settings need "operators".');
  }
  const { accessKeyId, secretAccessKey } = endpoints.operator;
  return {
    api: new URL(endpoints.operatorApi),
    signer: { region: endpoints.region, credentials: { accessKeyId, secretAccessKey } },
    isLocal: true,
    streamGroup: endpoints.streamGroupId,
    whoAmI: async () => `the local operator (access key ${accessKeyId})`,
    issuer: async () => endpoints.identity,
    pluginEnvironment: {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
    },
  };
}

/**
 * Finds the operator API and the credentials for it: from the options, the environment, the profile and the stacks' outputs, or
 * from a running local deployment.
 * @throws Failure that says what to give
 */
export async function createContext(options: ContextOptions): Promise<Context> {
  if (options.local) return localContext(options);
  const { api, profile, stack } = options;
  const signer = await createSigner({
    region: options.region ?? (api === undefined ? undefined : regionOfApi(apiUrl(api))),
    profile,
  });
  const { region } = signer;
  const output = async (stackName: string, key: string, instead: string) => {
    const value = (await stackOutputs(signer, stackName, 'pass --api and --issuer'))[key];
    if (value !== undefined) return value;
    throw usage(`Stack ${stackName} in ${region} has no output ${key}: check --stack, or pass ${instead}.`);
  };
  return {
    api: apiUrl(api ?? (await output(`${stack}Operator`, 'OperatorApiUrl', '--api'))),
    signer,
    isLocal: false,
    streamGroup: undefined,
    whoAmI: async () => (await callerArn(signer)) ?? 'these credentials',
    issuer: () => output(stack, 'Issuer', '--issuer'),
    pluginEnvironment: {},
  };
}
