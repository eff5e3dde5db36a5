import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Agents, type Connections, openedAhead } from '../../../lambdas/initialization/connections.ts';
import { rehearse } from '../../../lambdas/initialization/rehearse.ts';
import type { Stage } from '../../../lambdas/initialization/stage.ts';

let server: Server;
let port: number;
/** What reached the server. */
let reached: { connections: number; requests: string[] };
let time: number;
let connections: Connections;
let agents: Agents;

beforeEach(async () => {
  reached = { connections: 0, requests: [] };
  server = createServer((incoming, answer) => {
    reached.requests.push(incoming.url ?? '');
    answer.end('real');
  });
  server.on('connection', () => reached.connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ({ port } = server.address() as AddressInfo);
  time = 1_800_000_000_000;
  connections = openedAhead(() => time);
  agents = connections.agents();
});
afterEach(async () => {
  agents.httpAgent.destroy();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** One request to the server, as the SDK makes it. */
function ask(path: string, body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'content-length': Buffer.byteLength(body),
    };
    const options = { agent: agents.httpAgent, host: '127.0.0.1', port, path, headers, method: 'POST' };
    const asked = request(options, async (answer) => resolve((await answer.toArray()).join('')));
    asked.on('error', reject);
    asked.end(body);
  });
}

const stage: Stage = ({ target, body }) => ({ target, heard: body });
const played = (body: string) => JSON.stringify({ target: 'DynamoDB_20120810.GetItem', heard: body });

describe('a rehearsed request', () => {
  it('never reaches AWS: the stage answers it, however long it is', async () => {
    const long = 'ä'.repeat(100_000);
    await connections.rehearsed(stage, async () => {
      expect(await ask('/one', 'two')).toBe(played('two'));
      expect(await ask('/three', long)).toBe(played(long));
    });
    await connections.opened();
    expect(await ask('/real')).toBe('real');
    expect(reached.requests).toEqual(['/real']);
  });

  it('does not reach AWS either when it comes after the rehearsal, even beside a free connection', async () => {
    const gate = Promise.withResolvers<void>();
    let late: Promise<string> | undefined;
    await connections.rehearsed(stage, async () => {
      late = gate.promise.then(() => ask('/late'));
    });
    expect(await ask('/real')).toBe('real');
    gate.resolve();
    expect(await late).toBe(played(''));
    expect(reached.requests).toEqual(['/real']);
  });

  it('fails where the stage fails, and the next real request does not', async () => {
    const failing = connections.rehearsed(
      () => {
        throw new Error('the stage fell down');
      },
      () => ask('/one'),
    );
    await expect(failing).rejects.toThrow('the stage fell down');
    expect(await ask('/real')).toBe('real');
  });
});

describe('a connection that was opened ahead', () => {
  const open = async () => {
    await connections.rehearsed(stage, () => ask('/rehearsed'));
    await connections.opened();
  };

  it('serves the first real request, which opens none', async () => {
    await open();
    expect(await ask('/real')).toBe('real');
    expect(await ask('/real')).toBe('real');
    expect(reached.connections).toBe(1);
  });

  it.each([
    ['six seconds old', 6000],
    ['from the future of a clock that was set back', -1000],
  ])('is not used when it is %s: a sandbox may have stood still for hours', async (_what, milliseconds) => {
    await open();
    time += milliseconds;
    expect(await ask('/real')).toBe('real');
    expect(reached.connections).toBe(2);
  });

  it('that cannot be opened fails nothing but the request that needs it', async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await open();
    await expect(ask('/real')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  });
});

describe('a rehearsal', () => {
  it('prints nothing, and what comes after it is printed', async () => {
    const before = [process.stdout.write, process.stderr.write];
    const printed: unknown[] = [];
    const result = await rehearse(connections, stage, async () => {
      printed.push(process.stdout.write('a token'), process.stderr.write('a token'));
      return 'played';
    });
    expect(result).toEqual({ done: 'played' });
    expect(printed).toEqual([true, true]);
    expect([process.stdout.write, process.stderr.write]).toEqual(before);
  });

  it('that fails says why and rejects nothing, so that the function starts', async () => {
    const failed = new Error('no such table');
    expect(await rehearse(connections, stage, () => Promise.reject(failed))).toEqual({ failed });
  });
});
