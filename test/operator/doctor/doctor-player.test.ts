import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ACCESS_LOGS, jsonError, type World, xmlError } from '../stand-in-answers.ts';
import { problemAnswer, unsignedToken } from './player-answers.ts';
import { notOk, type standInAws as StandIn, standInAws } from './stand-in-aws.ts';

let aws: Awaited<ReturnType<typeof StandIn>>;
beforeAll(async () => {
  aws = await standInAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

/** A token that fits the settings, for as long as a test may take. */
const token = () => {
  const now = Math.floor(Date.now() / 1000);
  return unsignedToken({
    iss: aws.issuer,
    aud: 'game',
    scope: 'game/play',
    sub: 'auth0|secret-subject',
    iat: now - 60,
    exp: now + 86_400,
  });
};
const asked = (change?: (world: World) => void) => aws.findings(change, { token: token() });
const lines = async (change?: (world: World) => void) => notOk(await asked(change));

describe("the doctor with a player's token", () => {
  it('reports a line for each claim, each route and the access log, all of them ok', async () => {
    const findings = await asked();
    expect(notOk(findings)).toEqual([]);
    const subjects = findings.map(({ subject }) => subject);
    expect(subjects.slice(subjects.indexOf("this machine's clock") + 1)).toEqual([
      "token's alg",
      "token's iss",
      "token's aud",
      "token's scope",
      "token's exp",
      "token's iat and nbf",
      "token's sub",
      'route start',
      'route status',
      'route sessions',
      'route reconnect',
      'route terminate',
      'route recoveries',
      'access log',
    ]);
    expect(findings.flatMap(({ notTried }) => notTried ?? [])).not.toContain(
      "a request with a player's token",
    );
    expect(findings.at(-1)?.says).toBe(`has each of 7 requests, with who answered it (${ACCESS_LOGS})`);
    expect(findings.find(({ subject }) => subject === 'route reconnect')?.says).toBe(
      'answers 404 stream_session_not_found, so its permission, alias, role and table work',
    );
  });

  it('never shows the token or its subject', async () => {
    const given = token();
    const text = JSON.stringify(await aws.findings(undefined, { token: given }));
    for (const part of given.split('.')) expect(text).not.toContain(part);
    expect(text).not.toContain('secret-subject');
  });

  it('asks the routes for nothing that could start, join or end a session', async () => {
    aws.fakes.web.requests.length = 0;
    await asked();
    const sent = aws.fakes.web.requests
      .filter(({ headers }) => headers.authorization !== undefined)
      .map(({ method, path, body }) => `${method} ${path.replace('/player/v1', '')} ${body}`.trim());
    expect(sent.toSorted()).toEqual([
      'DELETE /streamgroups/sg-1AB2C3/streamsessions/rejoin-doctor-asks',
      'GET /streamgroups/sg-1AB2C3/streamsessions/rejoin-doctor-asks',
      'GET /streamsessions',
      'POST /streamgroups/sg-1AB2C3/streamsessions {"applicationIdentifier":"no application, the doctor asks","signalRequest":"no offer"}',
      'POST /streamgroups/sg-1AB2C3/streamsessions/rejoin-doctor-asks/connections {"signalRequest":"{\\"type\\":\\"offer\\",\\"sdp\\":\\"v=0\\\\r\\\\n\\"}"}',
      'POST /streamgroups/sg-1AB2C3/streamsessions/rejoin-doctor-asks/recoveries {"outcome":"the doctor asks"}',
    ]);
  });

  const gatewayAnswer = (status: number, message: string, headers = {}) => ({
    status,
    body: { message },
    headers,
  });
  const CASES: [string, (world: World) => void, string][] = [
    [
      'a reconnect function that API Gateway may not invoke',
      ({ routes }) => {
        routes['POST connections'] = gatewayAnswer(500, 'Internal Server Error');
      },
      'problem route reconnect: fails in API Gateway (500): it may not invoke the function, or the function dies',
    ],
    [
      'a route that is not deployed',
      ({ routes }) => {
        routes['DELETE rejoin-doctor-asks'] = gatewayAnswer(404, 'Not Found');
      },
      'problem route terminate: is not deployed: API Gateway knows no such route (404)',
    ],
    [
      'a role that may not use the table',
      ({ routes }) => {
        routes['GET streamsessions'] = problemAnswer(500, 'broker_misconfigured');
      },
      'problem route sessions: answers broker_misconfigured: AWS denied the function a call, or it has a defect',
    ],
    [
      'an address that does not lead through the proxy in front',
      ({ routes }) => {
        routes['GET streamsessions'] = problemAnswer(403, 'not_through_edge');
      },
      'problem route sessions: answers not_through_edge: this address does not lead through the proxy, or the proxy sends another secret',
    ],
    [
      'a function that reaches no table',
      ({ routes }) => {
        routes['GET rejoin-doctor-asks'] = problemAnswer(503, 'upstream_unavailable');
      },
      'problem route status: answers upstream_unavailable: the function cannot use its table',
    ],
    [
      'a start that is let through',
      ({ routes }) => {
        routes['POST streamsessions'] = {
          status: 201,
          body: {},
          headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
        };
      },
      'problem route start: answers 201, which it should not',
    ],
    [
      'an answer in another form',
      ({ routes }) => {
        const reply = problemAnswer(404, 'stream_session_not_found');
        const headers = { ...reply.headers, 'content-type': 'application/json' };
        routes['GET rejoin-doctor-asks'] = { ...reply, headers };
      },
      'problem route status: answers as it should, but its content-type is application/json, and not application/problem+json',
    ],
    [
      'an answer that a browser or a proxy may keep',
      ({ routes }) => {
        const { headers: { 'cache-control': _left, ...headers } = {}, ...reply } = problemAnswer(
          404,
          'stream_session_not_found',
        );
        routes['GET rejoin-doctor-asks'] = { ...reply, headers };
      },
      'problem route status: answers as it should, but its cache-control is not no-store',
    ],
    [
      'an answer that a page cannot read',
      ({ routes }) => {
        const reply = problemAnswer(404, 'stream_session_not_found');
        routes['POST connections'] = {
          ...reply,
          headers: { ...reply.headers, 'access-control-allow-origin': 'https://other.example' },
        };
      },
      'problem route reconnect: answers as it should, but a page of https://play.example.com cannot read it: access-control-allow-origin is https://other.example',
    ],
    [
      "a player's budget that is spent, which says nothing of the function's table",
      ({ routes }) => {
        routes['GET rejoin-doctor-asks'] = problemAnswer(429, 'too_many_requests');
      },
      "unknown route status: was not checked: the player's own budget is spent (429)",
    ],
    [
      'a log group that was deleted',
      (world) => {
        world.logs = () =>
          jsonError(400, 'ResourceNotFoundException', 'The specified log group does not exist.');
      },
      `problem access log: its log group ${ACCESS_LOGS} is gone`,
    ],
    [
      'an access log that the credentials may not read',
      (world) => {
        world.logs = () => jsonError(400, 'AccessDeniedException', 'not authorized');
      },
      'unknown access log: CloudWatch Logs could not be read (not authorized)',
    ],
  ];
  it.each(CASES)('finds %s', async (_what, change, line) => {
    expect(await lines(change)).toEqual([line]);
  });

  it("reads the token's times by AWS's clock, so that a wrong clock here is the only finding", async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: aws.issuer, aud: 'game', scope: 'game/play', sub: 's' };
    const given = unsignedToken({ ...claims, iat: now + 1800, exp: now + 86_400 });
    const findings = await aws.findings(
      (world) => {
        world.awsAheadMs = 3_600_000;
      },
      { token: given },
    );
    expect(notOk(findings)).toEqual([
      expect.stringMatching(/^problem this machine's clock: is 3\d{3} s behind/),
    ]);
  });

  it('reports a token that API Gateway refuses once, with the reason that it gives', async () => {
    const refused = gatewayAnswer(401, 'Unauthorized', {
      'www-authenticate': 'Bearer scope="" error="invalid_token" error_description="signature is invalid"',
    });
    const found = await lines((world) => {
      world.routes = Object.fromEntries(
        ['POST streamsessions', 'GET rejoin-doctor-asks', 'GET streamsessions'].map((route) => [
          route,
          refused,
        ]),
      );
      world.routes['POST connections'] = refused;
      world.routes['DELETE rejoin-doctor-asks'] = refused;
      world.routes['POST recoveries'] = refused;
    });
    expect(found).toEqual(['problem each player route: refuses the token (401: signature is invalid)']);
  });
});

it('the doctor expects nothing of the log line of an invocation that failed, which AWS does not document', async () => {
  for (const integrationStatus of ['-', '200', '500']) {
    const found = await lines((world) => {
      world.routes['POST connections'] = { status: 500, body: { message: 'Internal Server Error' } };
      world.accessLogLine = (line) =>
        JSON.stringify(line.status === '500' ? { ...line, integrationStatus } : line);
    });
    expect(found).toHaveLength(1);
  }
});

describe("the doctor's look at the access log", () => {
  const changed = (change: (line: Record<string, string>) => string | undefined) => (world: World) => {
    world.accessLogLine = change;
  };
  const without = (name: string) => changed(({ [name]: _left, ...line }) => JSON.stringify(line));

  it.each([
    ['functionStatus', 'functionStatus is missing, and not 404'],
    ['integrationStatus', 'integrationStatus is missing, and not 200'],
  ])('finds lines without %s, by which no alarm can count', async (name, says) => {
    const found = await lines(without(name));
    expect(found).toHaveLength(7);
    expect(found).toContain(`problem access log, route status: ${says}`);
  });

  it("finds that the status of the function stands where Lambda's is expected", async () => {
    const found = await lines(
      changed((line) => JSON.stringify({ ...line, integrationStatus: line.functionStatus })),
    );
    expect(found).toContain('problem access log, route status: integrationStatus is 404, and not 200');
    expect(found).not.toContainEqual(expect.stringContaining('without a token'));
  });

  it('finds a line that an error message has broken', async () => {
    const found = await lines(
      changed((line) => `{"requestId":"${line.requestId}","error":"a "quoted" word"}`),
    );
    expect(found).toHaveLength(7);
    expect(found[0]).toBe('problem access log, without a token: its line is not JSON, so no alarm counts it');
  });

  it('asks again while lines are missing, as API Gateway delivers them late', async () => {
    let reads = 0;
    const findings = await asked((world) => {
      world.logs = (found) => {
        reads += 1;
        const events = reads < 5 ? [] : found.map((message) => ({ message }));
        return { status: 200, body: { events } };
      };
    });
    expect(notOk(findings)).toEqual([]);
    expect(reads).toBe(5);
  });

  it('says which line it could not see when patience ends', async () => {
    const found = await lines(
      changed((line) => (line.functionStatus === '400' ? undefined : JSON.stringify(line))),
    );
    expect(found).toEqual([
      'unknown access log, route start: no line within 60 s',
      'unknown access log, route recoveries: no line within 60 s',
    ]);
  });

  it('reads every page: CloudWatch Logs answers empty pages too', async () => {
    let page = 0;
    const findings = await asked((world) => {
      world.logs = (found) => {
        page += 1;
        const events = found.slice(page - 2, page - 1).map((message) => ({ message }));
        return { status: 200, body: { events, ...(page < 9 && { nextToken: `page-${page}` }) } };
      };
    });
    expect(notOk(findings)).toEqual([]);
  });
});

describe('the doctor, before it can see everything,', () => {
  it('compares the claims without a deployment, and says that it calls no route', async () => {
    const found = await lines((world) => {
      world.stacks = { CDKToolkit: { status: 'CREATE_COMPLETE', outputs: {} } };
    });
    expect(found).toEqual(['unknown player routes: are not called: no address of the player API is known']);
  });

  it('compares the claims without credentials, and says what it cannot see', async () => {
    const found = await lines((world) => {
      world.caller = () => xmlError(403, 'ExpiredToken', 'The security token is expired');
    });
    expect(found).toEqual([
      'problem credentials: AWS refuses them: The security token is expired',
      'unknown player routes: are not called: no address of the player API is known',
    ]);
  });

  it('says that it cannot compare a token with a Cognito pool that is not deployed', async () => {
    const found = await lines((world) => {
      world.stacks = { CDKToolkit: { status: 'CREATE_COMPLETE', outputs: {} } };
      world.settings.identity = undefined;
    });
    expect(found).toContain('unknown token: cannot be compared: the Cognito pool is not deployed');
  });

  it('compares the token with the deployed Cognito pool', async () => {
    const findings = await asked((world) => {
      world.settings.identity = undefined;
      Object.assign(world.stacks.Rejoin?.outputs ?? {}, { ClientId: 'other', Audience: 'other' });
    });
    expect(notOk(findings)).toContain('problem token\'s aud: is "game", and identity.audience has "other"');
  });
});
