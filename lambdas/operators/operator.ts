/** A session of a role, as STS and API Gateway write it: role and session name, of which neither can have a slash. */
const ROLE_SESSION = /^(arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role\/[\w+=,.@-]{1,64})\/[\w+=,.@-]{2,64}$/;
/** An IAM user, whose path may have nearly any visible ASCII character in it. */
const USER = /^arn:aws[a-z-]*:iam::[0-9]{12}:user\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/;

/**
 * The entry of `settings.operators` that lets a principal in; undefined for everybody who is not listed.
 *
 * An entry is an ARN that is compared character by character, or every session of one role: `.../assumed-role/NAME/*`.
 * Nothing else has a wildcard, so no entry can let in more than it says. A role's path is no part of its sessions'
 * ARN, and needs not be: role names are unique in an account. The account's root and federated users are never let in.
 *
 * @param userArn `requestContext.authorizer.iam.userArn` of the event, of any shape.
 * @param operators as the settings have them; already checked when the deployment was synthesized.
 */
export function operatorEntry(userArn: unknown, operators: readonly string[]): string | undefined {
  if (typeof userArn !== 'string') return undefined;
  const role = ROLE_SESSION.exec(userArn)?.[1];
  if (role === undefined && !USER.test(userArn)) return undefined;
  return operators.find((entry) => entry === userArn || (role !== undefined && entry === `${role}/*`));
}
