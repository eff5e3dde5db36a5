/** Warns at synthesis of what CloudFormation would refuse, where the environment says which Region it will be. */
import type { Settings } from './settings.ts';
import type { Warning } from './warnings.ts';

/**
 * The Region that a deployment from here goes to, as the CDK found it in the environment or the profile. If it finds none, it
 * says us-east-1. So us-east-1 alone tells nothing.
 */
export function regionOfDeployment(environment: NodeJS.ProcessEnv): string | undefined {
  const { CDK_DEFAULT_REGION: region, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  return region === 'us-east-1' && !AWS_REGION && !AWS_DEFAULT_REGION ? undefined : region;
}

/** @param region where the stack will be deployed; undefined if nobody knows yet */
export function regionWarnings({ alarmTopic, domain }: Settings, region: string | undefined): Warning[] {
  return [
    ['alarmTopic', alarmTopic] as const,
    ['domain.certificateArn', domain?.certificateArn] as const,
  ].flatMap(([setting, arn]) => {
    const arnRegion = arn?.split(':')[3];
    if (region === undefined || arnRegion === undefined || arnRegion === region) return [];
    const message = `${setting} is in ${arnRegion}, but a deployment from here goes to ${region}, where AWS does not accept it. Deploy to ${arnRegion} (AWS_REGION=${arnRegion}), or write an ARN of ${region}`;
    return [{ id: 'rejoin:otherRegion', message }];
  });
}
