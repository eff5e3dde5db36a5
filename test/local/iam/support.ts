import type { PolicyHolder } from '../../../local/iam/policy.ts';
import type { PolicyDocument } from '../../../local/template/model.ts';

export const place = { region: 'us-west-2', accountId: '123456789012' };
export const tableArn = (name: string) => `arn:aws:dynamodb:us-west-2:123456789012:table/${name}`;
export const groupArn = (id: string) => `arn:aws:gameliftstreams:us-west-2:123456789012:streamgroup/${id}`;
export const applicationArn = (id: string) =>
  `arn:aws:gameliftstreams:us-west-2:123456789012:application/${id}`;

export interface StatementInput {
  Sid?: string;
  Effect?: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
  Condition?: object;
}

/** A role with one policy `own` of these statements. */
export function role(name: string, statements: readonly StatementInput[]): PolicyHolder {
  return roleWith(name, {
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  });
}

/** A role with one policy `own` with this document, understood or not. */
export const roleWith = (name: string, document: unknown): PolicyHolder => ({
  name,
  arn: `arn:aws:iam::123456789012:role/${name}`,
  policies: [{ name: 'own', document: document as PolicyDocument }],
});
