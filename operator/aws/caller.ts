import { query } from './query.ts';
import type { Signer } from './signed-fetch.ts';
import { element } from './xml.ts';

/** The owner of the credentials. @throws Failure with AWS's own sentence, or whatever credentials and network fail with */
export async function callerIdentity(signer: Signer): Promise<{ arn?: string; account?: string }> {
  const xml = await query(signer, 'sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' });
  const [arn, account] = [element(xml, 'Arn'), element(xml, 'Account')];
  return { ...(arn !== undefined && { arn }), ...(account !== undefined && { account }) };
}

/** The ARN of the credentials' owner, or undefined if AWS does not say. */
export async function callerArn(signer: Signer): Promise<string | undefined> {
  return (await callerIdentity(signer).catch(() => undefined))?.arn;
}
