import type { Settings } from '../../infra/settings/settings.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { topicAttributes } from '../aws/topic.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';
import type { Hints } from './hints.ts';

const subject = 'alarmTopic';

/** Checks that an alarm can reach a person: the topic exists, has a confirmed subscription, and CloudWatch can publish to it. */
export async function checkAlarmTopic(
  signer: Signer,
  { alarmTopic }: Settings,
  { aws }: Hints,
): Promise<Finding[]> {
  // Without a topic the settings' check warns; for a topic in another Region the credentials' check does.
  if (alarmTopic?.split(':')[3] !== signer.region) return [];
  const { region } = signer;
  let topic: Record<string, string> | undefined;
  try {
    topic = await topicAttributes(signer, alarmTopic);
  } catch (error) {
    const call = { service: 'SNS', action: 'sns:GetTopicAttributes' };
    return [unreadable(subject, call, error)];
  }
  if (topic === undefined) {
    const todo = 'create it and subscribe to it, or name another one in alarmTopic';
    return [problem(subject, `there is no topic ${alarmTopic}, so no alarm reaches anybody`, todo)];
  }
  const { SubscriptionsConfirmed: confirmed = '0', SubscriptionsPending: pending = '0' } = topic;
  const findings = checkEncryption(topic.KmsMasterKeyId ?? '');
  if (confirmed === '0') {
    const subscribe = aws(
      `sns subscribe --topic-arn ${alarmTopic} --protocol email --notification-endpoint you@example.com`,
      region,
    );
    findings.push(
      pending === '0'
        ? warning(
            subject,
            `nobody has subscribed to ${alarmTopic}`,
            `confirm by the link in the mail after: ${subscribe}`,
          )
        : warning(
            subject,
            `nobody has confirmed a subscription of ${alarmTopic}, ${pending} pending`,
            'confirm by the link in the mail that SNS sent',
          ),
    );
  }
  if (findings.length > 0) return findings;
  return [
    ok(
      subject,
      `is there, with subscriptions: ${confirmed}`,
      'whether a message of the topic reaches a person',
    ),
  ];
}

/** CloudWatch publishes as a service, so the key's own policy must name it (CloudWatch User Guide, Amazon SNS topics). */
function checkEncryption(key: string): Finding[] {
  if (key === '') return [];
  if (/(^|:)alias\/aws\/sns$/.test(key)) {
    const says = `is encrypted with ${key}, which CloudWatch may not use and whose policy cannot be changed, so no alarm reaches anybody`;
    return [problem(subject, says, 'encrypt it with your own key, or not at all')];
  }
  const todo =
    "see that the key's policy allows the principal cloudwatch.amazonaws.com both kms:Decrypt and kms:GenerateDataKey*";
  return [
    warning(
      subject,
      `is encrypted with ${key}, which CloudWatch may use only if the key's policy says so`,
      todo,
    ),
  ];
}
