import { randomBytes } from 'node:crypto';
import type { AccessKey } from './endpoints.ts';
import { type Authorizer, createAuthorizer } from './iam/authorizer.ts';
import type { PolicyHolder } from './iam/policy.ts';
import type { FunctionModel, RoleModel } from './template/model.ts';

/** The callers of AWS in a local deployment, each with an access key of its own. */
export interface Principals {
  /** Name and key of each, as the services look them up. */
  all: readonly ({ name: string } & AccessKey)[];
  /** The one with this access key. */
  lookup(accessKeyId: string): ({ name: string } & AccessKey) | undefined;
  /** The key of a function's own role. */
  keyOf(fn: FunctionModel): AccessKey;
  operator: AccessKey;
  /** May invoke every API of the account, but is not an operator in the settings. */
  stranger: AccessKey;
  /** May read the audit tables, and nothing else. */
  auditor: AccessKey;
  publisher: AccessKey;
  /** Reads the deployment's stacks, metrics and logs, its stream groups and sessions, and the audit. */
  deployer: AccessKey;
  /** Decides every call by the policies of the template, and remembers what it decided. */
  authorizer: Authorizer;
}

/**
 * Gives keys and policies to the template's roles, an operator, a stranger, an auditor, a deployer and a publisher's own backend. A role may do
 * what the template grants it and nothing else, as in AWS.
 *
 * @param place where the stream groups are.
 * @param reach ARNs of the APIs that an operator may invoke, and of the tables that an auditor may read.
 * @throws Error naming the role and the policy element that can't be evaluated.
 */
export async function createPrincipals(
  roles: readonly RoleModel[],
  place: { region: string; accountId: string },
  { operatorApis = [], auditTables = [] }: { operatorApis?: string[]; auditTables?: string[] } = {},
): Promise<Principals> {
  const users = [
    userOf('operator', place, granting(['execute-api:Invoke'], operatorApis)),
    userOf('stranger', place, granting(['execute-api:Invoke'], ['*'])),
    userOf('auditor', place, granting(['dynamodb:Query', 'dynamodb:Scan'], auditTables)),
    userOf('publisher', place, publisherActions(place)),
    userOf('deployer', place, [...deployerActions(place), ...granting(['dynamodb:Query'], auditTables)]),
  ];
  const named = new Map([...roles, ...users].map(({ name }) => [name, { name, ...accessKey() }]));
  const byKey = new Map([...named.values()].map((principal) => [principal.accessKeyId, principal]));
  const keyOf = (name: string): AccessKey => {
    const principal = named.get(name);
    if (!principal) throw new Error(`There is no principal ${name}.`);
    return { accessKeyId: principal.accessKeyId, secretAccessKey: principal.secretAccessKey };
  };
  return {
    all: [...named.values()],
    lookup: (accessKeyId) => byKey.get(accessKeyId),
    keyOf(fn) {
      const role = roles.find(({ logicalId }) => logicalId === fn.roleLogicalId);
      if (!role) throw new Error(`The function ${fn.logicalId} has no role of its own in the template.`);
      return keyOf(role.name);
    },
    operator: keyOf('operator'),
    stranger: keyOf('stranger'),
    auditor: keyOf('auditor'),
    publisher: keyOf('publisher'),
    deployer: keyOf('deployer'),
    authorizer: await createAuthorizer({ roles, users }),
  };
}

type Statement = PolicyHolder['policies'][number]['document']['Statement'][number];

function userOf(name: string, { accountId }: { accountId: string }, Statement: Statement[]): PolicyHolder {
  return {
    name,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    awsManagedPolicyArns: [],
    policies: Statement.length === 0 ? [] : [{ name, document: { Version: '2012-10-17', Statement } }],
  };
}

/** One statement, or none without a resource. */
function granting(Action: string[], Resource: string[]): Statement[] {
  return Resource.length === 0 ? [] : [{ Effect: 'Allow', Action, Resource }];
}

/** The permissions of a publisher's backend that starts sessions, and reconnects players, without the broker. */
function publisherActions({ region, accountId }: { region: string; accountId: string }): Statement[] {
  const arn = (resource: string) => `arn:aws:gameliftstreams:${region}:${accountId}:${resource}`;
  return [
    {
      Effect: 'Allow',
      Action: ['gameliftstreams:StartStreamSession'],
      Resource: [arn('streamgroup/*'), arn('application/*')],
    },
    {
      Effect: 'Allow',
      Action: [
        'gameliftstreams:GetStreamGroup',
        'gameliftstreams:GetStreamSession',
        'gameliftstreams:TerminateStreamSession',
        'gameliftstreams:CreateStreamSessionConnection',
      ],
      Resource: [arn('streamgroup/*')],
    },
  ];
}

/** The permissions that the doctor and a case need in GameLift Streams. */
function deployerActions({ region, accountId }: { region: string; accountId: string }): Statement[] {
  const Resource = [`arn:aws:gameliftstreams:${region}:${accountId}:streamgroup/*`];
  const Action = ['gameliftstreams:GetStreamGroup', 'gameliftstreams:GetStreamSession'];
  return [{ Effect: 'Allow', Action, Resource }];
}

/** An access key of AWS's shape. */
function accessKey(): AccessKey {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
}
