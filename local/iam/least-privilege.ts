import type { Authorizer, Grant } from './authorizer.ts';

/** The differences between the grants and the calls; all empty: there is none. Each line names role, action and resource. */
export interface GrantDifferences {
  /** Granted, and never used. */
  unused: string[];
  /** Used, but only together with another grant that was enough. */
  redundant: string[];
  /** Calls that were denied, without a grant or by a Deny. */
  missing: string[];
  /** Listed as not exercised, but it was used, or no role has that grant. */
  stale: string[];
}

const grantText = ({
  principal,
  action,
  resource,
}: Pick<Grant, 'principal' | 'action' | 'resource'>): string => `${principal}: ${action} on ${resource}`;

/**
 * Compares the grants of the template with the decisions recorded since the last reset.
 * @param options.principals whose grants; all when absent
 * @param options.notExercised grants that nothing here can use, written `ROLE: dynamodb:GetItem on arn:...`. One that
 * is used after all, or that no role has, is a difference too
 */
export function compareGrants(
  authorizer: Authorizer,
  options: { principals?: readonly string[]; notExercised?: readonly string[] } = {},
): GrantDifferences {
  const { principals, notExercised = [] } = options;
  const concerned = ({ principal }: { principal: string }) => principals?.includes(principal) ?? true;
  const unused = authorizer.unused().filter(concerned);
  const unusedTexts = new Set(unused.map(grantText));
  return {
    unused: unused.filter((grant) => !notExercised.includes(grantText(grant))).map(withPlace),
    redundant: authorizer.redundant().filter(concerned).map(withPlace),
    missing: authorizer
      .decisions()
      .filter((decision) => !decision.allowed && concerned(decision))
      .map(({ resource = '*', ...decision }) => grantText({ ...decision, resource })),
    stale: notExercised.filter((text) => !unusedTexts.has(text)),
  };
}

const withPlace = (grant: Grant): string =>
  `${grantText(grant)} (policy ${grant.policy}, statement ${grant.statement})`;
