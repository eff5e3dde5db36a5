import { readAlarms, readResources } from './alarms.ts';
import { type AssembledStack, readAssembly } from './assembly.ts';
import { readFunctions } from './functions.ts';
import { readHttpApis } from './http-apis.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import type { Deployment, StackModel } from './model.ts';
import { type StackPlace, stackScope } from './references.ts';
import { resolveResources } from './resources.ts';
import { readRoles } from './roles.ts';
import { readTables } from './tables.ts';

/**
 * Reads a synthesized CDK app as something this machine can execute.
 * @param options.outDir the cloud assembly, as `synthesize` leaves it
 * @param options.region stands in where a stack leaves its Region open
 * @param options.accountId stands in where a stack leaves its account open, twelve digits
 * @throws Error with one sentence naming the stack, the resource and the type, property, intrinsic or reference
 * that the local deployment does not execute
 */
export function readDeployment(options: { outDir: string; region: string; accountId: string }): Deployment {
  const stacks = readAssembly(options.outDir).map((stack) => {
    const place: StackPlace = {
      name: stack.name,
      region: stack.region ?? options.region,
      accountId: stack.accountId ?? options.accountId,
    };
    return { stack, place, scope: stackScope(stack, place, exportedValue) };
  });
  return { stacks: stacks.map(({ stack, place, scope }) => readStack(stack, place, scope)) };

  function exportedValue(name: string): unknown {
    for (const { stack, scope } of stacks) {
      for (const [logicalId, output] of Object.entries(stack.template.Outputs ?? {})) {
        if (!output.Export) continue;
        const where = `${stack.name}/${logicalId}`;
        if (resolveIntrinsics(output.Export.Name, scope, where) === name) {
          return resolveIntrinsics(output.Value, scope, where);
        }
      }
    }
    return undefined;
  }
}

function readStack(stack: AssembledStack, place: StackPlace, scope: ReferenceScope): StackModel {
  const resources = resolveResources(stack, place, scope);
  return {
    ...place,
    httpApis: readHttpApis(resources),
    functions: readFunctions(resources),
    roles: readRoles(resources),
    tables: readTables(resources),
    resources: readResources(stack, scope),
    alarms: readAlarms(stack, scope),
    template: JSON.stringify(stack.template),
    outputs: Object.fromEntries(
      Object.entries(stack.template.Outputs ?? {}).map(([logicalId, output]) => {
        const where = `${place.name}/${logicalId} (output)`;
        if (output.Condition) {
          throw new Error(
            `${where}: the local deployment does not execute the condition ${output.Condition}`,
          );
        }
        return [logicalId, String(resolveIntrinsics(output.Value, scope, where))];
      }),
    ),
  };
}
