/** The description of an API from which its OpenAPI document is made. */
import type { ProblemTable } from '../problems.ts';
import type { RouteAddress } from '../routes.ts';
import type { Schema } from '../schemas/schema.ts';

/** The request and responses of a route, besides its address. */
export interface RouteContract<Code extends string = string, SchemaName extends string = string> {
  readonly body?: SchemaName;
  /** Accepts an Idempotency-Key, and may repeat a stored response. */
  readonly idempotent?: true;
  readonly success: { readonly status: number; readonly body?: SchemaName; readonly description: string };
  /** Every code that the route may respond with. Tests compare the list with the code, and provoke each one. */
  readonly problems: readonly Code[];
}

export interface Api {
  readonly title: string;
  readonly server: { readonly host: string; readonly output: string };
  readonly security: { readonly name: string; readonly scheme: object };
  readonly routes: Readonly<Record<string, RouteAddress>>;
  readonly contracts: Readonly<Record<string, RouteContract>>;
  readonly problems: ProblemTable;
  /** Responses of API Gateway itself, on every route, by status (docs/protocol.md). */
  readonly gateway: Readonly<Record<number, string>>;
  /** Path, query and header parameters, by name. */
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Responses of API Gateway itself to authorized callers, by status. */
export const gatewayResponses = {
  413: 'The body is too large.',
  429: 'The throttle of the route or of the stage refused the request.',
  431: 'The headers are too large.',
  500: 'A function crashed.',
  503: 'There was no answer within 30 seconds, or no function was available.',
} as const;
