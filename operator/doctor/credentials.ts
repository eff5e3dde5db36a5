import type { Settings } from '../../infra/settings/settings.ts';
import { Failure } from '../aws/failure.ts';
import { callerIdentity } from '../aws/query-api.ts';
import { networkReason, type Signer } from '../aws/signed-fetch.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

const subject = 'credentials';

/** Whose account and Region the ARNs in the settings are, where those must be the stack's own. */
function foreign({ operators = [], alarmTopic }: Settings, account: string, region: string): Finding[] {
  const fields = (arn: string) => arn.split(':');
  const strangers = operators.filter((arn) => fields(arn)[4] !== account);
  const [, , , topicRegion, topicAccount] = fields(alarmTopic ?? '');
  return [
    ...(strangers.length === 0
      ? []
      : [
          warning(
            'operators',
            `${strangers.join(', ')}: not of account ${account}, and API Gateway lets in nobody else's`,
            `name roles or users of account ${account}, or deploy with credentials of theirs`,
          ),
        ]),
    ...(alarmTopic === undefined || (topicRegion === region && topicAccount === account)
      ? []
      : [
          warning(
            'alarmTopic',
            `${alarmTopic} is not in account ${account}, Region ${region}`,
            'name a topic of the same account and Region, or check --region and --profile',
          ),
        ]),
  ];
}

/**
 * Asks AWS whom the credentials belong to.
 * @returns works: false where asking AWS anything else would only fail the same way.
 */
export async function checkCredentials(
  signer: Signer,
  settings: Settings,
): Promise<{ works: boolean; findings: Finding[] }> {
  try {
    const { arn, account } = await callerIdentity(signer);
    if (arn === undefined || account === undefined) {
      const says = 'AWS answered, but not whom they belong to';
      return { works: true, findings: [unknown(subject, says, 'check AWS_ENDPOINT_URL_STS, if it is set')] };
    }
    const fine = ok(subject, `${arn}, Region ${signer.region}`);
    return { works: true, findings: [fine, ...foreign(settings, account, signer.region)] };
  } catch (error) {
    return { works: false, findings: [{ ...failed(error), hides: 'everything in the account' }] };
  }
}

function failed(error: unknown): Finding {
  if (error instanceof Failure) {
    return problem(subject, `AWS refuses them: ${error.message}`, 'sign in again, or give --profile');
  }
  const { name, message } = error as Error;
  if (name === 'CredentialsProviderError') {
    const says = `there are none that work: ${message.split('\n')[0]}`;
    return problem(
      subject,
      says,
      'sign in to AWS, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile',
    );
  }
  const says = `AWS cannot be asked whom they belong to (${networkReason(error)})`;
  return problem(subject, says, 'check the network, --region and the credentials');
}
