import { createHash } from 'node:crypto';
import { type Credential, type SignedRequest, verifySignature } from '../../emulator/sigv4/verify.ts';
import type { Authorizer } from '../iam/authorizer.ts';

/** The keys of the local deployment, and the policies of their holders. */
export interface IamCallers {
  lookup(accessKeyId: string): Credential | undefined;
  authorizer: Pick<Authorizer, 'decide' | 'callerArn'>;
}

/** The caller as the event names it, after IAM has allowed it. All strings; null for what only some callers have. */
export interface IamContext {
  accessKey: string;
  accountId: string;
  callerId: string;
  cognitoIdentity: null;
  principalOrgId: null;
  userArn: string;
  userId: string;
}

/** Decides a request with its body; undefined: refused, and `refused` was called with the reason. */
export type IamAuthorizer = (
  request: SignedRequest,
  call: { method: string; path: string },
  refused: (reason: string) => void,
) => IamContext | undefined;

/**
 * `AWS_IAM` authorization by AWS's rules: a Signature Version 4 for the service `execute-api`, and then the caller's own
 * policies, which must allow `execute-api:Invoke` on this method and path as requested. HTTP APIs have no resource
 * policy that could refuse a caller.
 * Source: API Gateway developer guide, "Control access to HTTP APIs with IAM authorization", and "Create AWS Lambda
 * proxy integrations for HTTP APIs", payload format 2.0.
 */
export function createIamAuthorizer(
  { lookup, authorizer }: IamCallers,
  api: { region: string; accountId: string; apiId: string },
): IamAuthorizer {
  const prefix = `arn:aws:execute-api:${api.region}:${api.accountId}:${api.apiId}/$default`;
  return (request, { method, path }, refused) => {
    const verified = verifySignature(request, { service: 'execute-api', region: api.region, lookup });
    if (!verified.ok) {
      refused(verified.detail);
      return undefined;
    }
    const { principal, accessKeyId: accessKey } = verified;
    const call = { principal, action: 'execute-api:Invoke', resources: [`${prefix}/${method}${path}`] };
    if (!authorizer.decide(call).allowed) {
      refused(`${principal} is not allowed to invoke this route`);
      return undefined;
    }
    const userArn = authorizer.callerArn(principal);
    const callerId = uniqueId(userArn);
    return {
      accessKey,
      accountId: api.accountId,
      callerId,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn,
      userId: callerId,
    };
  };
}

/** An id of IAM's shape: of a user, or of a role with the name of its session. */
function uniqueId(userArn: string): string {
  const [, role, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(userArn) ?? [];
  const id = createHash('sha256')
    .update(role ?? userArn)
    .digest('hex')
    .slice(0, 17)
    .toUpperCase();
  return role === undefined ? `AIDA${id}` : `AROA${id}:${session}`;
}
