import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';
import { type Endpoints, readEndpoints } from '../local/endpoints.ts';
import { EXIT, Failure } from './failure.ts';
import { callerArn, stackOutputs } from './query-api.ts';
import type { Signer } from './signed-fetch.ts';

export interface ContextOptions {
  api?: string | undefined;
  stack: string;
  region?: string | undefined;
  profile?: string | undefined;
  local: boolean;
  /** Where the local deployment's endpoints.json is. */
  directory?: string | undefined;
}

/** Where to and as whom. */
export interface Context {
  api: URL;
  signer: Signer;
  isLocal: boolean;
  /** The stream group of an id that comes without one, where there is but one. */
  streamGroup: string | undefined;
  whoAmI(): Promise<string>;
  /** The issuer of the players' tokens. @throws Failure */
  issuer(): Promise<string>;
  /** What the plugin's environment needs beside this process's own. */
  pluginEnvironment: Record<string, string>;
}

const usage = (message: string) => new Failure(message, EXIT.usage);

/** @throws Failure for what is no URL to send a signature to */
function apiUrl(text: string): URL {
  // Not shown: what stands before an @ is a name and a password.
  if (text.includes('@')) throw usage('--api must be an address without a name and password in it.');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw usage(
    `--api must be an address such as https://abc123.execute-api.us-west-2.amazonaws.com, not "${text}".`,
  );
}

function localContext({ directory }: ContextOptions): Context {
  let endpoints: Endpoints;
  try {
    endpoints = readEndpoints(directory ?? join(import.meta.dirname, '..', '.local'));
  } catch (error) {
    throw new Failure((error as Error).message, EXIT.failed, { cause: error });
  }
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

async function findRegion({ region, profile, api }: ContextOptions): Promise<string> {
  if (region !== undefined) return region;
  // The Region in the API's own address is the one that its signatures are for, whatever the profile says.
  const fromApi = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(
    api === undefined ? '' : apiUrl(api).hostname,
  )?.[1];
  if (fromApi !== undefined) return fromApi;
  const configured = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  if (configured) return configured;
  try {
    return await loadConfig(NODE_REGION_CONFIG_OPTIONS, {
      ...NODE_REGION_CONFIG_FILE_OPTIONS,
      ...(profile !== undefined && { profile }),
    })();
  } catch (error) {
    throw new Failure('No Region: give --region, set AWS_REGION, or name one in the profile.', EXIT.usage, {
      cause: error,
    });
  }
}

async function askForMfaCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Error(`a code of ${serial} is needed, and there is no terminal to ask at`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(`Code of ${serial}: `);
  } finally {
    terminal.close();
  }
}

/**
 * Finds the operator API and whom to call it as: from the options, the environment, the profile and the stacks' outputs, or
 * from a running local deployment.
 * @throws Failure that says what to give
 */
export async function createContext(options: ContextOptions): Promise<Context> {
  if (options.local) return localContext(options);
  const { profile, stack } = options;
  const region = await findRegion(options);
  const signer: Signer = {
    region,
    credentials: defaultProvider({
      mfaCodeProvider: askForMfaCode,
      ...(profile !== undefined && { profile }),
    }),
  };
  const output = async (stackName: string, key: string, instead: string) => {
    const value = (await stackOutputs(signer, stackName))[key];
    if (value !== undefined) return value;
    throw usage(`Stack ${stackName} in ${region} has no output ${key}: check --stack, or give ${instead}.`);
  };
  return {
    api: apiUrl(options.api ?? (await output(`${stack}Operator`, 'OperatorApiUrl', '--api'))),
    signer,
    isLocal: false,
    streamGroup: undefined,
    whoAmI: async () => (await callerArn(signer)) ?? 'these credentials',
    issuer: () => output(stack, 'Issuer', '--issuer'),
    pluginEnvironment: {},
  };
}
