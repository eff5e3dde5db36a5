import { findStack, type Stack } from '../aws/cloudformation.ts';
import type { Signer } from '../aws/signed-fetch.ts';
import { type Finding, ok, problem, unreadable, warning } from './finding.ts';
import type { Hints } from './hints.ts';

/** @returns undefined if there is no such stack, and a finding if CloudFormation cannot be called */
export async function describeStack(signer: Signer, name: string): Promise<Stack | undefined | Finding> {
  try {
    return await findStack(signer, name);
  } catch (error) {
    const call = {
      service: 'CloudFormation',
      action: 'cloudformation:DescribeStacks',
      otherwise: 'check --region and --profile',
    };
    return unreadable(`stack ${name}`, call, error);
  }
}

/** A stack is fine if its last deployment is complete, and was not rolled back. */
export function stackFinding(name: string, { status }: Stack, region: string, { aws }: Hints): Finding {
  const subject = `stack ${name}`;
  if (status.endsWith('_IN_PROGRESS')) {
    return warning(
      subject,
      `is being changed (${status})`,
      'wait until it is done, then run the doctor again',
    );
  }
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status))
    return ok(subject, `is deployed in ${region} (${status})`);
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    return warning(
      subject,
      'its last deployment failed and was rolled back',
      'see its events in the CloudFormation console, then deploy again',
    );
  }
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return problem(
      subject,
      `is ${status}: its last deployment and its rollback failed, so nothing can be deployed`,
      `repair what its events name, then ${aws(`cloudformation continue-update-rollback --stack-name ${name}`, region)}`,
    );
  }
  return problem(
    subject,
    `is ${status}`,
    'see its events in the CloudFormation console; a failed creation must be deleted first',
  );
}

/** Checks that the CDK can deploy to the account and Region. Only called before the first deployment. */
export async function checkBootstrap(signer: Signer, name: string, hints: Hints): Promise<Finding[]> {
  const toolkit = await describeStack(signer, 'CDKToolkit');
  const subject = `stack ${name}`;
  if (toolkit === undefined) {
    return [
      warning(subject, `is not deployed, and ${signer.region} not bootstrapped for the CDK`, hints.bootstrap),
    ];
  }
  return [ok(subject, `is not deployed in ${signer.region} yet: ${hints.deploy}`)];
}
