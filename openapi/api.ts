/** What there is to say of an API. */
import type { Route } from '../infra/routes/route.ts';
import type { ProblemTable } from '../lambdas/problems/problems.ts';
import type { Schema } from './json-schema.ts';

/** What a route takes and answers, beyond what its row in `infra/` says of it. */
export interface RouteContract<Code extends string = string, SchemaName extends string = string> {
  readonly body?: SchemaName;
  /** Takes an Idempotency-Key, and may repeat an answer. */
  readonly idempotent?: true;
  readonly success: { readonly status: number; readonly body?: SchemaName; readonly says: string };
  /** Every code that it may answer, and no other: a test reads its code, and more tests have it answer each. */
  readonly problems: readonly Code[];
}

export interface Api {
  readonly title: string;
  readonly server: { readonly host: string; readonly output: string };
  readonly security: { readonly name: string; readonly scheme: object };
  readonly routes: readonly Pick<Route, 'name' | 'does' | 'method' | 'path'>[];
  readonly contracts: Readonly<Record<string, RouteContract>>;
  readonly problems: ProblemTable;
  /** What API Gateway answers by itself, on every route, by status (docs/protocol.md). */
  readonly gateway: Readonly<Record<number, string>>;
  /** Of paths and headers, by name. */
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** What API Gateway answers whoever is let in. */
export const anybody = {
  413: 'The body is too large.',
  429: 'The throttle of the whole API.',
  431: 'The headers are too large.',
  500: 'A function crashed.',
  503: 'No answer in time, or no function to be had.',
} as const;
