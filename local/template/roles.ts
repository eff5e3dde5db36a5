import type { PolicyDocument, RoleModel } from './model.ts';
import type { StackResources } from './resources.ts';

interface TrustStatement {
  Effect?: string;
  Principal?: { Service?: string | string[] };
}

/** The roles of a stack, each with every policy the template gives it. */
export function readRoles(resources: StackResources): RoleModel[] {
  const { scope } = resources;
  const managed = resources.of('AWS::IAM::ManagedPolicy');
  return resources.of('AWS::IAM::Role').map(({ logicalId, properties }) => {
    const name = String(scope.ref(logicalId));
    const trust = properties.AssumeRolePolicyDocument.Statement as TrustStatement[] | undefined;
    const attached = managed.filter(
      (policy) =>
        policy.properties.Roles.includes(name) ||
        properties.ManagedPolicyArns.includes(String(scope.ref(policy.logicalId))),
    );
    const ownArns = new Set(managed.map((policy) => String(scope.ref(policy.logicalId))));
    return {
      logicalId,
      name,
      arn: String(scope.getAtt(logicalId, 'Arn')),
      trustedServices: (trust ?? [])
        .filter((statement) => statement.Effect === 'Allow')
        .flatMap((statement) => statement.Principal?.Service ?? []),
      awsManagedPolicyArns: properties.ManagedPolicyArns.filter((arn) => !ownArns.has(arn)),
      policies: [
        ...properties.Policies.map((policy) => ({
          name: policy.PolicyName,
          document: document(policy.PolicyDocument),
        })),
        ...resources
          .of('AWS::IAM::Policy')
          .filter((policy) => policy.properties.Roles.includes(name))
          .map((policy) => ({
            name: policy.properties.PolicyName,
            document: document(policy.properties.PolicyDocument),
          })),
        ...attached.map((policy) => ({
          name: policy.properties.ManagedPolicyName ?? policy.logicalId,
          document: document(policy.properties.PolicyDocument),
        })),
      ],
    };
  });
}

/** IAM allows a single statement without a list; here it is always a list. */
function document(value: Record<string, unknown>): PolicyDocument {
  const statement = value.Statement;
  return { ...value, Statement: Array.isArray(statement) ? statement : [statement] } as PolicyDocument;
}
