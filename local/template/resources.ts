import type { AssembledStack } from './assembly.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import { checkProperties, type ExecutedType, isExecuted, type PropertiesOf } from './properties.ts';
import type { StackPlace } from './references.ts';

/** A resource with its references resolved and its properties checked. */
export interface ResolvedResource<T extends ExecutedType> {
  logicalId: string;
  /** `Stack/LogicalId`, for errors. */
  where: string;
  properties: PropertiesOf<T>;
}

/** The executed resources of one stack. */
export interface StackResources {
  place: StackPlace;
  scope: ReferenceScope;
  stack: AssembledStack;
  of<T extends ExecutedType>(type: T): ResolvedResource<T>[];
}

/**
 * Resolves and checks every resource of a stack.
 * @throws Error for a type, property, intrinsic or condition that the local deployment does not execute
 */
export function resolveResources(
  stack: AssembledStack,
  place: StackPlace,
  scope: ReferenceScope,
): StackResources {
  const byType = new Map<string, ResolvedResource<ExecutedType>[]>();
  for (const [logicalId, resource] of Object.entries(stack.template.Resources ?? {})) {
    const where = `${place.name}/${logicalId}`;
    const { Type: type } = resource;
    if (!isExecuted(type, where)) continue;
    if (resource.Condition) {
      throw new Error(
        `${where} (${type}): the local deployment does not execute the condition ${resource.Condition}`,
      );
    }
    const properties = checkProperties(
      type,
      resolveIntrinsics(resource.Properties ?? {}, scope, `${where} (${type})`),
      where,
    );
    byType.set(type, [...(byType.get(type) ?? []), { logicalId, where, properties }]);
  }
  return {
    place,
    scope,
    stack,
    of: <T extends ExecutedType>(type: T) => (byType.get(type) ?? []) as ResolvedResource<T>[],
  };
}
