import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { Failure } from '../cli/failure.ts';
import { clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/**
 * The attributes of an SNS topic, such as `SubscriptionsConfirmed`.
 * @returns undefined if there is no such topic
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function topicAttributes(
  signer: Signer,
  TopicArn: string,
): Promise<Record<string, string> | undefined> {
  try {
    const { Attributes } = await withClient(new SNSClient(clientConfig(signer)), (sns) =>
      sns.send(new GetTopicAttributesCommand({ TopicArn })),
    );
    return Attributes ?? {};
  } catch (error) {
    if (error instanceof Failure && /^NotFound/.test(error.code ?? '')) return undefined;
    throw error;
  }
}
