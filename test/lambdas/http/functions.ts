/** The bundled functions over a table and an AWS in memory, each request by itself: what does an event do? */
import { memoryAws } from '../../campaign/aws.ts';
import type { Route, SandboxCode } from '../../campaign/bundle.ts';
import { environmentOf } from '../../campaign/exchange.ts';
import { newSandbox } from '../../campaign/sandbox.ts';
import { memoryTable } from '../../campaign/table.ts';
import { campaignTime } from '../../campaign/time.ts';

const ISSUER = 'https://login.example.com/';

export interface Answered {
  status: number;
  /** The JSON of the body. */
  json: Record<string, unknown>;
  /** The calls of AWS that the request made, and its writes of the tables. */
  calls: string[];
}

/** An event of a player's request; the parts given replace its own. */
export function playerEvent(sub: string, changes: object = {}, iss = ISSUER): object {
  const payload = Buffer.from(JSON.stringify({ iss, sub })).toString('base64url');
  return {
    requestContext: { requestId: 'request-1', authorizer: { jwt: { claims: { iss, sub } } } },
    headers: { authorization: `Bearer header.${payload}.signature` },
    pathParameters: { streamGroupId: 'sg-1', streamSessionId: 'session-1' },
    isBase64Encoded: false,
    ...changes,
  };
}

/** An event of an operator's request. */
export function operatorEvent(changes: object = {}): object {
  return {
    requestContext: {
      requestId: 'request-1',
      authorizer: {
        iam: { userArn: 'arn:aws:sts::123456789012:assumed-role/Support/alice', accessKey: 'AKIAEXAMPLE' },
      },
      http: { sourceIp: '192.0.2.1', userAgent: 'test' },
    },
    headers: {},
    rawQueryString: '',
    pathParameters: { streamGroupId: 'sg-1', streamSessionId: 'session-1', playerId: 'player' },
    isBase64Encoded: false,
    ...changes,
  };
}

/** A deployment in memory. One sandbox a function answers all requests, one after another. */
export async function functionsInMemory(code: Record<Route, SandboxCode>) {
  const time = campaignTime(1_800_000_000_000);
  const table = memoryTable(time, true);
  const aws = memoryAws(time, {
    repeated: 'answer',
    notices: 0,
    whileConnected: 'refuse',
    refusal: 'ConflictException',
    unknownFor: 0,
    terminating: 50,
    activating: 200,
  });
  let calls: string[] = [];
  const world = {
    seed: 1,
    time,
    table,
    callAws: async (command: { constructor: { name: string }; input: Record<string, unknown> }) =>
      aws.act(command.constructor.name.replace(/Command$/, ''), command.input),
    awsWasOut: () => false,
    witness(_route: Route, _id: unknown, on: string, command: { constructor: { name: string } }) {
      const name = command.constructor.name.replace(/Command$/, '');
      if (on === 'aws' || !/^(Get|Query)/.test(name)) calls.push(name);
    },
  };
  const sandboxes = new Map(
    (Object.keys(code) as Route[]).map((route) => [
      route,
      newSandbox({ ...world, environment: environmentOf(route) } as never, {
        name: route,
        route,
        code: code[route],
        skew: 0,
      }),
    ]),
  );
  let number = 0;
  return {
    aws,
    table,
    time,
    async ask(route: Route, event: object): Promise<Answered> {
      calls = [];
      number++;
      const invoked = { id: number, event, faults: [] };
      const outcome = await time.finish(sandboxes.get(route)?.invoke(invoked, 10) as Promise<unknown>);
      const { answer } = outcome as { answer?: { statusCode: number; body?: string } };
      if (!answer) throw new Error(`${route} gave no answer`);
      return { status: answer.statusCode, json: answer.body ? JSON.parse(answer.body) : {}, calls };
    },
    /** Lets time pass, in milliseconds. */
    pass: (milliseconds: number) => time.finish(time.sleep(milliseconds)),
  };
}
