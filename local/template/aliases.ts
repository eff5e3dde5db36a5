import type { ResolvedResource, StackResources } from './resources.ts';

/** A Lambda alias: the name by which a published version of a function is invoked. */
interface Alias {
  /** The function that the alias invokes. */
  functionLogicalId: string;
  name: string;
  /** `arn:aws:lambda:...:function:NAME:ALIAS` */
  arn: string;
  /** The number of the published version. */
  version: string;
  /** How many sandboxes AWS keeps initialized. Here they start on demand. */
  provisionedConcurrency?: number;
}

/**
 * The aliases of a stack's functions.
 * @throws Error for a second alias of one function, and for one whose function or version is not in the stack
 */
export function readAliases(resources: StackResources): Alias[] {
  const aliases = resources.of('AWS::Lambda::Alias').map((alias) => readAlias(alias, resources));
  const second = aliases.find(
    (alias, at) =>
      aliases.findIndex(({ functionLogicalId }) => functionLogicalId === alias.functionLogicalId) < at,
  );
  if (second) {
    throw new Error(
      `${resources.place.name}/${second.functionLogicalId} (AWS::Lambda::Function): has more than one alias, of which the local deployment executes one`,
    );
  }
  return aliases;
}

function readAlias(
  { logicalId, where, properties }: ResolvedResource<'AWS::Lambda::Alias'>,
  resources: StackResources,
): Alias {
  const { scope } = resources;
  const fn = resources
    .of('AWS::Lambda::Function')
    .find((candidate) => scope.ref(candidate.logicalId) === properties.FunctionName);
  if (!fn) {
    throw new Error(
      `${where} (AWS::Lambda::Alias): FunctionName ${properties.FunctionName} is not a function of this stack`,
    );
  }
  const version = resources
    .of('AWS::Lambda::Version')
    .find(
      (candidate) =>
        candidate.properties.FunctionName === properties.FunctionName &&
        scope.getAtt(candidate.logicalId, 'Version') === properties.FunctionVersion,
    );
  if (!version) {
    throw new Error(
      `${where} (AWS::Lambda::Alias): FunctionVersion ${properties.FunctionVersion} is not a version of its function in this stack`,
    );
  }
  const provisioned = properties.ProvisionedConcurrencyConfig?.ProvisionedConcurrentExecutions;
  return {
    functionLogicalId: fn.logicalId,
    name: properties.Name,
    arn: String(scope.ref(logicalId)),
    version: properties.FunctionVersion,
    ...(provisioned === undefined ? {} : { provisionedConcurrency: provisioned }),
  };
}
