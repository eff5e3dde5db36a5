import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifySignature } from '../../emulator/sigv4/verify.ts';

export const KEY = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'operator-secret' };
export const REGION = 'us-west-2';
export const REASON = 'Ticket 4711: black screen after the last update';
const ROOT = join(import.meta.dirname, '..', '..');

export const MAIN = join(ROOT, 'operator', 'main.ts');

/** A directory for one test, which must call `remove`. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rejoin-operator-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The environment of an operator's terminal: it has test credentials, and no AWS configuration of this machine. */
export const environment = (
  home: string,
  more: Record<string, string | undefined> = {},
): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: home,
  TERM: 'xterm',
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: KEY.accessKeyId,
  AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  ...more,
});

export interface ProcessResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, without a terminal. Default: the operators' command line. */
export function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  program: readonly string[] = [MAIN],
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (data) => {
        texts[name] += data;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

/** A request that a fake received, with the principal of its signature. */
export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** Undefined if the signature is not the operator's. */
  principal: string | undefined;
}

export interface Reply {
  status: number;
  /** An object is sent as JSON. */
  body?: object | string;
  headers?: Record<string, string>;
}

export interface FakeApi {
  url: string;
  requests: Received[];
  /** Sets the replies to the next requests. The last one is repeated. */
  answer(...replies: (Reply | ((request: Received) => Reply | Promise<Reply>))[]): void;
  close(): Promise<void>;
}

/** Starts a server that verifies each signature and sends the replies that a test sets. */
export async function startFake(service = 'execute-api'): Promise<FakeApi> {
  const requests: Received[] = [];
  let replies: (Reply | ((request: Received) => Reply | Promise<Reply>))[] = [{ status: 500 }];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    const { method = '', url = '', headers } = request;
    const result = verifySignature(
      { method, target: url, headers, body },
      {
        service,
        region: REGION,
        lookup: (id) => (id === KEY.accessKeyId ? { ...KEY, name: 'operator' } : undefined),
      },
    );
    const received: Received = {
      method,
      path: url,
      headers,
      body: body.toString(),
      principal: result.ok ? result.principal : undefined,
    };
    requests.push(received);
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 500 };
    const {
      status,
      body: answer,
      headers: more,
    } = typeof reply === 'function' ? await reply(received) : reply;
    response.writeHead(status, more);
    response.end(typeof answer === 'object' ? JSON.stringify(answer) : answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (...next) => {
      replies = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The operator API's reply with a problem (RFC 9457). */
export const problemReply = (status: number, code: string, more: object = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'about:blank', title: code, status, code, retry: 'never', requestId: 'request-1', ...more },
});

/**
 * Creates an executable with the plugin's name. If STAND_IN_LATE names a file that does not exist, it creates the file and hangs
 * instead of connecting, like a plugin whose credentials expire. A shell does that, since it starts fast on a busy machine too.
 * @returns its path
 */
export function standInPlugin(directory: string): string {
  const path = join(directory, 'session-manager-plugin');
  const script = join(import.meta.dirname, 'stand-in-plugin.ts');
  const isLate = '[ "$1" != --version ] && [ -n "$STAND_IN_LATE" ] && [ ! -e "$STAND_IN_LATE" ]';
  writeFileSync(
    path,
    `#!/bin/sh
if ${isLate}; then
  : >"$STAND_IN_LATE"
  exec sleep 600
fi
exec '${process.execPath}' '${script}' "$@"
`,
  );
  chmodSync(path, 0o755);
  return path;
}
