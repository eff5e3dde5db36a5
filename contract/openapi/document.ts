/** Makes the OpenAPI 3.1 document of an API: the deployed routes, the schemas, and every problem of each route. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteAddress } from '../routes.ts';
import { ref, type Schema } from '../schemas/schema.ts';
import type { Api, RouteContract } from './api.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));

const json = (schema: Schema) => ({ 'application/json': { schema } });
const header = (description: string, schema: Schema) => ({ description, schema });
const REPLAYED = {
  'Idempotency-Replayed': header('The answer repeats an earlier one.', { type: 'string', const: 'true' }),
};
const WAIT = {
  'Retry-After': header('Seconds to wait before the next request, if a wait is known.', {
    type: 'string',
    pattern: '^[1-9][0-9]*$',
  }),
};

function problemResponses({ problems, gateway }: Api, codes: readonly string[]): Record<string, unknown> {
  const listed = codes.map((code) => {
    const row = problems[code];
    if (row === undefined) throw new Error(`The API has no error ${code}`);
    return { code, ...row };
  });
  const statuses = new Set([...listed.map(({ status }) => status), ...Object.keys(gateway).map(Number)]);
  const responses = [...statuses]
    .toSorted((a, b) => a - b)
    .map((status) => {
      const withStatus = listed.filter((problem) => problem.status === status);
      const descriptions = withStatus.map(({ code, retry, title }) => `${code} (retry: ${retry}): ${title}.`);
      const gatewayText = gateway[status];
      const gatewayDescriptions = gatewayText === undefined ? [] : [`API Gateway itself: ${gatewayText}`];
      return [
        String(status),
        {
          description: [...descriptions, ...gatewayDescriptions].join(' '),
          ...(withStatus.length > 0 && { headers: WAIT }),
          content: {
            ...(withStatus.length > 0 && {
              'application/problem+json': {
                schema: {
                  ...ref('Problem'),
                  properties: {
                    code: { enum: withStatus.map(({ code }) => code) },
                    status: { const: status },
                  },
                },
              },
            }),
            ...(gatewayText !== undefined && json(ref('GatewayMessage'))),
          },
        },
      ];
    });
  return Object.fromEntries(responses);
}

/** @param variablesIn where the variables of the route's path are in the request */
function operation(
  api: Api,
  name: string,
  { does, path }: RouteAddress,
  contract: RouteContract,
  variablesIn: 'path' | 'query' = 'path',
): object {
  const { body, idempotent, success, problems } = contract;
  const parameter = (parameterName: string, more: object) => {
    const schema = api.parameters[parameterName];
    if (schema === undefined)
      throw new Error(`The contract does not describe the parameter ${parameterName}`);
    return { name: parameterName, ...more, schema };
  };
  const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameterName = '']) =>
    parameter(parameterName, { in: variablesIn, required: true }),
  );
  return {
    operationId: variablesIn === 'query' ? `${name}-by-query` : name,
    summary: does,
    parameters: [...variables, ...(idempotent ? [parameter('Idempotency-Key', { in: 'header' })] : [])],
    ...(body && { requestBody: { required: true, content: json(ref(body)) } }),
    responses: {
      [success.status]: {
        description: success.description,
        ...(idempotent && { headers: REPLAYED }),
        ...(success.body && { content: json(ref(success.body)) }),
      },
      ...problemResponses(api, problems),
    },
  };
}

/** @throws {Error} naming a deployed route, a problem code or a parameter without a description */
function openApiDocument(api: Api): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries(api.routes)) {
    const { path, queryPath } = route;
    const method = route.method.toLowerCase();
    const contract = api.contracts[name];
    if (contract === undefined) throw new Error(`The contract does not describe the route ${name}`);
    paths[path] = { ...paths[path], [method]: operation(api, name, route, contract) };
    if (queryPath === undefined) continue;
    paths[queryPath] = { ...paths[queryPath], [method]: operation(api, name, route, contract, 'query') };
  }
  const { title, server, security, schemas } = api;
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: 'docs/protocol.md in a form for machines.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      {
        url: 'https://{host}',
        variables: { host: { default: server.host, description: `The output ${server.output}` } },
      },
    ],
    security: [{ [security.name]: [] }],
    paths,
    components: { securitySchemes: { [security.name]: security.scheme }, schemas },
  };
}

/** The text of the document, as in `docs/`. */
export const openApiText = (api: Api): string => `${JSON.stringify(openApiDocument(api), null, 2)}\n`;
