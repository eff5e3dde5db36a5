/** Reads the IAM policies of a template. */
import { ofType, type SynthesizedTemplate, text } from './synth.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** `action on resource` for everything that the statements allow, sorted. */
export function allowed(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) =>
      listed(Action).flatMap((action) =>
        listed(Resource).map((resource) => `${action} on ${text(resource)}`),
      ),
    )
    .toSorted();
}

/** The policy statements of each function, by policy name. */
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

/** What every function may do besides its task: write its own log streams and traces. X-Ray requires the resource *. */
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

/** Every statement of a template that has a wildcard or a negation. */
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
