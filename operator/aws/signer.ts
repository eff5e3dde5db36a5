import { createInterface } from 'node:readline/promises';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from '@smithy/core/config';
import { EXIT, Failure } from '../cli/failure.ts';
import type { Signer } from './signed-fetch.ts';

interface SignerOptions {
  region?: string | undefined;
  /** A profile of AWS's shared files. */
  profile?: string | undefined;
}

async function findRegion({ region, profile }: SignerOptions): Promise<string> {
  const configured = region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION);
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
  if (!process.stdin.isTTY) {
    throw new Error(`a code of ${serial} is needed, but there is no terminal to type it`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(`Code of ${serial}: `);
  } finally {
    terminal.close();
  }
}

/**
 * Signs with the credentials of AWS's default credential chain. They are looked for when they are first needed.
 * @throws Failure that says what to give if there is no Region
 */
export async function createSigner(options: SignerOptions): Promise<Signer> {
  const { profile } = options;
  return {
    region: await findRegion(options),
    profile,
    credentials: defaultProvider({
      mfaCodeProvider: askForMfaCode,
      ...(profile !== undefined && { profile }),
    }),
  };
}
