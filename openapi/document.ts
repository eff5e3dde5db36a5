/** The player API as OpenAPI 3.1: the routes that are deployed, the schemas, and every error there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playerRoutes } from '../infra/player-routes.ts';
import { PROBLEMS, type ProblemCode } from '../lambdas/core/problems.ts';
import { contracts, type RouteContract } from './routes.ts';
import { parameterSchemas, type Schema, schemaRef, schemas } from './schemas.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));

/** What API Gateway answers by itself, on every route (docs/protocol.md). */
const GATEWAY: Readonly<Record<number, string>> = {
  401: 'The token is missing, expired or of somebody else.',
  403: 'The token lacks the play scope.',
  413: 'The body is too large.',
  429: 'The throttle of the whole API.',
  431: 'The headers are too large.',
  500: 'A function crashed.',
  503: 'No answer in time, or no function to be had.',
};

const json = (schema: Schema) => ({ 'application/json': { schema } });
const header = (description: string, schema: Schema) => ({ description, schema });
const REPLAYED = {
  'Idempotency-Replayed': header('The answer was given before.', { type: 'string', const: 'true' }),
};
const WAIT = {
  'Retry-After': header('Seconds to wait, where a wait is known.', {
    type: 'string',
    pattern: '^[1-9][0-9]*$',
  }),
};

function problemResponses(codes: readonly ProblemCode[]): Record<string, unknown> {
  const statuses = new Set([
    ...codes.map((code) => PROBLEMS[code].status),
    ...Object.keys(GATEWAY).map(Number),
  ]);
  const responses = [...statuses]
    .toSorted((a, b) => a - b)
    .map((status) => {
      const here = codes.filter((code) => PROBLEMS[code].status === status);
      const says = here.map((code) => `${code} (retry: ${PROBLEMS[code].retry}): ${PROBLEMS[code].title}.`);
      const gateway = GATEWAY[status];
      return [
        String(status),
        {
          description: [...says, ...(gateway === undefined ? [] : [`API Gateway itself: ${gateway}`])].join(
            ' ',
          ),
          ...(here.length > 0 && { headers: WAIT }),
          content: {
            ...(here.length > 0 && {
              'application/problem+json': {
                schema: {
                  ...schemaRef('Problem'),
                  properties: { code: { enum: here }, status: { const: status } },
                },
              },
            }),
            ...(gateway !== undefined && json(schemaRef('GatewayMessage'))),
          },
        },
      ];
    });
  return Object.fromEntries(responses);
}

function operation(name: string, does: string, path: string, contract: RouteContract): object {
  const { body, idempotent, success, problems } = contract;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: parameterSchemas[parameter as keyof typeof parameterSchemas],
  }));
  const key = { name: 'Idempotency-Key', in: 'header', schema: parameterSchemas['Idempotency-Key'] };
  return {
    operationId: name,
    summary: does,
    parameters: [...inPath, ...(idempotent ? [key] : [])],
    ...(body && { requestBody: { required: true, content: json(schemaRef(body)) } }),
    responses: {
      [success.status]: {
        description: success.says,
        ...(idempotent && { headers: REPLAYED }),
        ...(success.body && { content: json(schemaRef(success.body)) }),
      },
      ...problemResponses(problems),
    },
  };
}

/** @throws Error naming a deployed route that nobody has described */
function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { name, does, method, path } of playerRoutes) {
    const contract = contracts[name];
    if (contract === undefined) throw new Error(`openapi/routes.ts does not describe the route ${name}`);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name, does, path, contract) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rejoin player API',
      version,
      description: 'What docs/protocol.md describes, for machines.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{host}',
        variables: { host: { default: 'play-api.example.com', description: 'The output ApiUrl' } },
      },
    ],
    security: [{ player: [] }],
    paths,
    components: {
      securitySchemes: {
        player: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token of the issuer that the deployment trusts, with the play scope (rejoin/play by default).',
        },
      },
      schemas,
    },
  };
}

/** The document as it stands in docs/openapi.json. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
