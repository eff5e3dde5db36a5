import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/** The owner of the credentials. @throws Failure with AWS's own sentence, or whatever credentials and network fail with */
export async function callerIdentity(signer: Signer): Promise<{ arn?: string; account?: string }> {
  const { Arn: arn, Account: account } = await withClient(new STSClient(clientConfig(signer)), (sts) =>
    sts.send(new GetCallerIdentityCommand()),
  );
  return { ...(arn !== undefined && { arn }), ...(account !== undefined && { account }) };
}

/** The ARN of the credentials' owner, or undefined if AWS does not say. */
export async function callerArn(signer: Signer): Promise<string | undefined> {
  return (await callerIdentity(signer).catch(() => undefined))?.arn;
}
