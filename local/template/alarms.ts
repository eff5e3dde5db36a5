import type { AssembledStack } from './assembly.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import type { AlarmModel, ResourceModel } from './model.ts';
import { generatedName } from './names.ts';

const ALARM = /^AWS::CloudWatch::(Composite)?Alarm$/;

/** Every resource of a stack, by the name that AWS would give it. */
export function readResources(stack: AssembledStack, scope: ReferenceScope): ResourceModel[] {
  return Object.entries(stack.template.Resources ?? {}).map(([logicalId, { Type: type }]) => ({
    logicalId,
    type,
    physicalId: String(scope.ref(logicalId) ?? generatedName(stack.name, logicalId, 255)),
  }));
}

/** The alarms of a stack. Nothing evaluates them here, but their expressions can be asked about. */
export function readAlarms(stack: AssembledStack, scope: ReferenceScope): AlarmModel[] {
  return Object.entries(stack.template.Resources ?? {}).flatMap(([logicalId, { Type, Properties }]) => {
    const kind = ALARM.exec(Type);
    if (kind === null) return [];
    const where = `${stack.name}/${logicalId} (${Type})`;
    const properties = resolveIntrinsics(Properties ?? {}, scope, where) as Record<string, unknown>;
    return [
      {
        name: String(properties.AlarmName ?? scope.ref(logicalId)),
        arn: String(scope.getAtt(logicalId, 'Arn') ?? ''),
        isComposite: kind[1] !== undefined,
        properties,
      },
    ];
  });
}
