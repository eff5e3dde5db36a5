import type { Settings } from '../../infra/settings/settings.ts';
import { callerIdentity } from '../aws/caller.ts';
import { networkReason, type Signer } from '../aws/signed-fetch.ts';
import { Failure } from '../cli/failure.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

const subject = 'credentials';

/** Checks that ARNs in the settings name the stack's own account and Region, where they must. */
function checkOwner({ operators = [], alarmTopic }: Settings, account: string, region: string): Finding[] {
  const fields = (arn: string) => arn.split(':');
  const foreign = operators.filter((arn) => fields(arn)[4] !== account);
  const [, , , topicRegion, topicAccount] = fields(alarmTopic ?? '');
  return [
    ...(foreign.length === 0
      ? []
      : [
          warning(
            'operators',
            `${foreign.join(', ')}: not of account ${account}, and API Gateway refuses other accounts`,
            `name roles or users of account ${account}, or deploy with credentials of that account`,
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
 * Asks AWS who the owner of the credentials is.
 * @returns works: false if every other call of AWS would fail in the same way
 */
export async function checkCredentials(
  signer: Signer,
  settings: Settings,
): Promise<{ works: boolean; findings: Finding[] }> {
  try {
    const { arn, account } = await callerIdentity(signer);
    if (arn === undefined || account === undefined) {
      const says = 'AWS answered, but did not say whose they are';
      return { works: true, findings: [unknown(subject, says, 'check AWS_ENDPOINT_URL_STS, if it is set')] };
    }
    const fine = ok(subject, `${arn}, Region ${signer.region}`);
    return { works: true, findings: [fine, ...checkOwner(settings, account, signer.region)] };
  } catch (error) {
    return { works: false, findings: [{ ...credentialsProblem(error), hides: 'everything in the account' }] };
  }
}

function credentialsProblem(error: unknown): Finding {
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
  const says = `AWS could not be reached to check them (${networkReason(error)})`;
  return problem(subject, says, 'check the network, --region and the credentials');
}
