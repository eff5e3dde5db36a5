import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkCors } from '../../../operator/doctor/api-access.ts';
import { systemClocks } from '../../../operator/doctor/clocks.ts';

const page = 'https://play.example.com';
const other = 'https://other.example.com';
const methods = ['GET', 'POST', 'DELETE'];
const requestHeaders = ['authorization', 'content-type', 'idempotency-key'];

/** What the API answers a preflight, and a request without a token. */
let api: {
  preflightStatus: number;
  allowed: (origin: string) => string | undefined;
  methods: string[];
  headers: string[];
  refusalAllowed: (origin: string) => string | undefined;
};
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const origin = request.headers.origin ?? '';
    const isPreflight = request.method === 'OPTIONS';
    const allowed = (isPreflight ? api.allowed : api.refusalAllowed)(origin);
    response.writeHead(isPreflight ? api.preflightStatus : 401, {
      ...(allowed !== undefined && { 'access-control-allow-origin': allowed }),
      ...(isPreflight && {
        'access-control-allow-methods': api.methods.join(','),
        'access-control-allow-headers': api.headers.join(','),
      }),
    });
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  const own = (origin: string) => (origin === page ? page : undefined);
  api = { preflightStatus: 204, allowed: own, methods, headers: requestHeaders, refusalAllowed: own };
});

const look = async () => {
  const findings = await checkCors(url, [page], {
    hints: { deploy: 'npx cdk deploy' } as Parameters<typeof checkCors>[2]['hints'],
    clocks: systemClocks,
  });
  return findings.map(({ level, subject, says }) => `${level} ${subject}: ${says}`);
};
const refused = `problem web origin ${page}: the API refuses its pages: what is deployed does not list it`;
const anybody = 'problem web origins: pages of any origin may call the API';

describe("the doctor's look at web origins", () => {
  it('finds nothing wrong where the listed page may call the API, and no other', async () => {
    expect(await look()).toEqual([`ok web origin ${page}: its pages may call the API, and can read a 401`]);
  });

  it('says that players cannot play where the API allows the page of another origin', async () => {
    api.allowed = (origin) => (origin === page ? other : undefined);
    expect(await look()).toEqual([refused]);
  });

  it.each([
    ['repeats every origin', (origin: string) => origin, [anybody]],
    ['answers every origin with *', () => '*', [refused, anybody]],
    ['answers every origin with one', () => other, [refused, anybody]],
  ] as const)(
    'says that strangers’ pages may call the API, where it %s',
    async (_what, allowed, problems) => {
      api.allowed = allowed;
      expect((await look()).filter((line) => line.startsWith('problem'))).toEqual(problems);
    },
  );

  it.each([
    ...methods.map((name) => [name, { methods: methods.filter((each) => each !== name) }] as const),
    ...requestHeaders.map(
      (name) => [name, { headers: requestHeaders.filter((each) => each !== name) }] as const,
    ),
  ])('names what the client library needs and the API does not allow: %s', async (name, change) => {
    Object.assign(api, change);
    expect(await look()).toEqual([`problem web origin ${page}: the API does not allow its pages ${name}`]);
  });

  it.each([
    [undefined, 'no access-control-allow-origin'],
    [other, `access-control-allow-origin ${other}`],
  ])(
    'warns where a page cannot read a 401, whose header names %s: it would not ask for a fresh token',
    async (allowed, has) => {
      api.refusalAllowed = () => allowed;
      expect(await look()).toEqual([
        `warning web origin ${page}: API Gateway's 401 has ${has}: to a page, an expired token looks like an unreachable API`,
      ]);
    },
  );

  it.each([429, 500, 503])('judges nothing by a preflight that is answered %d', async (status) => {
    api.preflightStatus = status;
    expect(await look()).toEqual([`unknown web origin ${page}: the API answers a browser ${status}`]);
  });
});
