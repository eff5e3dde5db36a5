/** Reads the policies of a template, wherever they stand. */
import { ofType, type SynthesizedTemplate, text } from './synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** `action on resource` for everything a role may do, as sorted text. */
export function allowed(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) =>
      listed(Action).flatMap((action) =>
        listed(Resource).map((resource) => `${action} on ${text(resource)}`),
      ),
    )
    .toSorted();
}

/** Each function's statements, by the name of its policy. */
export function policies(template: SynthesizedTemplate): Record<string, Statement[]> {
  return Object.fromEntries(
    ofType(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) =>
      Properties.Policies.map(
        (policy: { PolicyName: string; PolicyDocument: { Statement: Statement[] } }) => [
          policy.PolicyName,
          policy.PolicyDocument.Statement,
        ],
      ),
    ),
  );
}

/** Own log streams and traces: what every function may do besides. X-Ray's two actions know no resource but `*`. */
export function ownTelemetry(template: SynthesizedTemplate, constructPath: string): string[] {
  const [logGroupId] =
    ofType(template, 'AWS::Logs::LogGroup').find(([id]) => id.startsWith(`${constructPath}Logs`)) ?? [];
  return [
    `logs:CreateLogStream on \${${logGroupId}.Arn}`,
    `logs:PutLogEvents on \${${logGroupId}.Arn}`,
    'xray:PutTelemetryRecords on *',
    'xray:PutTraceSegments on *',
  ];
}

/** Every statement that allows more than it names, wherever in a template it stands. */
export function looseStatements(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(looseStatements);
  if (value === null || typeof value !== 'object') return [];
  const { Action, NotAction, Resource, NotResource, Effect } = value as Record<string, unknown>;
  if (Effect === undefined) return Object.values(value).flatMap(looseStatements);
  const wildAction = listed(Action).some((action) => String(action).includes('*'));
  const wildResource = listed(Resource).some(
    (resource) => resource !== undefined && text(resource).includes('*'),
  );
  return NotAction !== undefined || NotResource !== undefined || wildAction || wildResource ? [value] : [];
}
