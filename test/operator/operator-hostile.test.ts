import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOperatorApi } from '../../operator/commands/api-client.ts';
import { environment, KEY, REGION, run, startFake, temporaryDirectory } from './support.ts';

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  vi.unstubAllGlobals();
  directory.remove();
});

describe('a secret', () => {
  it('is not shown if it makes the request impossible: a session token with a line break', async () => {
    const api = await startFake();
    const env = environment(directory.path, { AWS_SESSION_TOKEN: 'canary-one\ncanary-two' });
    const { code, stdout, stderr } = await run(['terminate', 'sg-1/s-1', '--api', api.url], env);
    await api.close();
    expect(code).not.toBe(0);
    expect(stdout + stderr).not.toMatch(/canary/);
  });

  it.each(['https://ann:canary@api.example', 'ann:canary@api.example', 'https://ann:can ary@api.example'])(
    'is not shown if it is a password in --api: %s',
    async (address) => {
      const { code, stderr } = await run(
        ['terminate', 'sg-1/s-1', '--api', address],
        environment(directory.path),
      );
      expect(stderr).not.toMatch(/can ?ary/);
      expect(code).toBe(2);
    },
  );
});

describe('an operator API with HTTPS', () => {
  it.each([
    ['a stream without encryption', 'ws://evil.example/v1/data-channel/x'],
    ['a stream on this machine', 'ws://127.0.0.1:80/'],
  ])('cannot make the operator connect to %s', async (_what, streamUrl) => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const answer = { sessionId: 's', streamUrl, tokenValue: 't', expiresAt };
    vi.stubGlobal('fetch', async () => Response.json(answer, { status: 201 }));
    const api = createOperatorApi(
      new URL('https://abc.execute-api.us-west-2.amazonaws.com'),
      { region: REGION, credentials: KEY },
      async () => 'me',
    );
    const shell = api.openShell(
      { streamGroupId: 'sg-1', streamSessionId: 's-1' },
      'Ticket 4711: black screen',
    );
    await expect(shell).rejects.toThrow();
  });
});
