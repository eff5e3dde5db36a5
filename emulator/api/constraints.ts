/** One shape of the API model, with the constraints that input is checked against. */
export type Shape =
  | {
      type: 'string';
      min?: number;
      max?: number;
      pattern?: string;
      enum?: readonly string[];
      sensitive?: true;
    }
  | { type: 'integer'; min: number; max: number }
  | { type: 'boolean' }
  | { type: 'list'; min: number; max?: number; member: Shape }
  | { type: 'map'; max: number; key: Shape; value: Shape }
  | { type: 'structure'; members: Readonly<Record<string, Shape>>; required?: readonly string[] };

export interface InputShape {
  members: Readonly<Record<string, Shape>>;
  required: readonly string[];
}

const resolution: Shape = { type: 'integer', min: 320, max: 4096 };
const locationName: Shape = { type: 'string', min: 1, max: 20, pattern: '[a-zA-Z0-9-]+' };

/** Source: constraints and enumerations of the API model, version 2018-05-10. */
export const SHAPES = {
  Identifier: {
    type: 'string',
    min: 1,
    max: 128,
    pattern: '(^[a-zA-Z0-9-]+$)|(^arn:aws:gameliftstreams:([^: ]*):([0-9]{12}):([^: ]*)$)',
  },
  ClientToken: { type: 'string', min: 32, max: 128, pattern: '[\\x21-\\x7E]+' },
  Description: { type: 'string', min: 1, max: 80, pattern: '[a-zA-Z0-9-_.!+@/][a-zA-Z0-9-_.!+@/ ]*' },
  Protocol: { type: 'string', enum: ['WebRTC'] },
  SignalRequest: { type: 'string', min: 1, sensitive: true },
  UserId: { type: 'string', min: 0, max: 1024, pattern: '[-_a-zA-Z0-9/=+]*' },
  LocationList: { type: 'list', min: 1, member: locationName },
  ConnectionTimeoutSeconds: { type: 'integer', min: 1, max: 3600 },
  SessionLengthSeconds: { type: 'integer', min: 1, max: 86_400 },
  GameLaunchArgList: { type: 'list', min: 0, max: 100, member: { type: 'string' } },
  EnvironmentVariables: {
    type: 'map',
    max: 50,
    key: { type: 'string', min: 1, max: 256, pattern: '[_a-zA-Z][_a-zA-Z0-9]*' },
    value: { type: 'string', min: 0, max: 4096 },
  },
  PerformanceStatsConfiguration: { type: 'structure', members: { SharedWithClient: { type: 'boolean' } } },
  RoleArn: {
    type: 'string',
    min: 20,
    max: 2048,
    pattern: 'arn:aws[a-zA-Z-]*:iam::\\d{12}:role/.+',
    sensitive: true,
  },
  DisplayConfiguration: {
    type: 'structure',
    members: {
      Resolution: {
        type: 'structure',
        members: { Width: resolution, Height: resolution },
        required: ['Width', 'Height'],
      },
    },
  },
  MaxResults: { type: 'integer', min: 1, max: 100 },
  NextToken: { type: 'string' },
  StreamSessionStatus: {
    type: 'string',
    enum: [
      'ACTIVATING',
      'ACTIVE',
      'CONNECTED',
      'PENDING_CLIENT_RECONNECTION',
      'RECONNECTING',
      'TERMINATING',
      'TERMINATED',
      'ERROR',
    ],
  },
  ExportFilesStatus: { type: 'string', enum: ['SUCCEEDED', 'FAILED', 'PENDING'] },
  OutputUri: { type: 'string', min: 0, max: 1024, pattern: 's3://.*(/|\\.zip|\\.ZIP)' },
} as const satisfies Record<string, Shape>;

const SHOWN_CHARACTERS = 128;

function shown(shape: Shape, value: unknown): string {
  if (value === undefined || value === null) return ' null';
  if (typeof value === 'object' || (shape.type === 'string' && shape.sensitive)) return '';
  const text = String(value);
  return ` '${text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text}'`;
}

/** Checks one value, whose JSON type fits its shape. @returns one message for each violation, which names the member by its path */
function check(shape: Shape, value: unknown, path: string): string[] {
  const fail = (rule: string) => [
    `Value${shown(shape, value)} at '${path}' failed to satisfy constraint: ${rule}`,
  ];
  const length = (size: number, min: number | undefined, max: number | undefined) => [
    ...(min !== undefined && size < min
      ? fail(`Member must have length greater than or equal to ${min}`)
      : []),
    ...(max !== undefined && size > max ? fail(`Member must have length less than or equal to ${max}`) : []),
  ];
  switch (shape.type) {
    case 'string': {
      const text = value as string;
      const problems = length([...text].length, shape.min, shape.max);
      if (shape.pattern && !new RegExp(`^(?:${shape.pattern})$`).test(text)) {
        problems.push(...fail(`Member must satisfy regular expression pattern: ${shape.pattern}`));
      }
      if (shape.enum && !shape.enum.includes(text)) {
        problems.push(...fail(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`));
      }
      return problems;
    }
    case 'integer':
      if ((value as number) < shape.min)
        return fail(`Member must have value greater than or equal to ${shape.min}`);
      if ((value as number) > shape.max)
        return fail(`Member must have value less than or equal to ${shape.max}`);
      return [];
    case 'boolean':
      return [];
    case 'list':
      return [
        ...length((value as unknown[]).length, shape.min, shape.max),
        ...(value as unknown[]).flatMap((item, index) =>
          check(shape.member, item, `${path}.${index + 1}.member`),
        ),
      ];
    case 'map':
      return [
        ...length(Object.keys(value as object).length, undefined, shape.max),
        ...Object.entries(value as object).flatMap(([key, item]) => [
          ...check(shape.key, key, `${path}.key`),
          ...check(shape.value, item, `${path}.${key}.value`),
        ]),
      ];
    case 'structure':
      return violations(
        { members: shape.members, required: shape.required ?? [] },
        value as Record<string, unknown>,
        `${path}.`,
      );
  }
}

/** Every violation of the model's constraints, in the members' order. Like AWS, ignores unknown members. `wrongType` has found no other type. */
export function violations(
  shape: InputShape,
  input: Readonly<Record<string, unknown>>,
  prefix = '',
): string[] {
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const value = input[name];
    if (value !== undefined && value !== null) return check(member, value, `${prefix}${name}`);
    return shape.required.includes(name)
      ? [`Value null at '${prefix}${name}' failed to satisfy constraint: Member must not be null`]
      : [];
  });
}

/** AWS's wording for a ValidationException with these violations. */
export function validationMessage(messages: readonly string[]): string {
  return `${messages.length} validation error${messages.length === 1 ? '' : 's'} detected: ${messages.join('; ')}`;
}
