import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import type { FunctionModel } from '../../../local/template/model.ts';
import { temporaryDirectory } from '../../temporary.ts';
import { functionModel, isAlive, testPool } from './support.ts';

/** A handler that writes a file when it runs, then waits until the file `go` beside it exists. */
const waiting = `
  import { existsSync, writeFileSync } from 'node:fs';
  let served = 0;
  export const handler = async (event) => {
    served += 1;
    writeFileSync(event.id, String(process.pid));
    while (!existsSync('go')) await new Promise((done) => setTimeout(done, 5));
    return { pid: process.pid, served };
  };`;

describe('a function runs as it would in Lambda', () => {
  test('with the template’s environment, Lambda’s own variables and the role’s, and nothing of this machine', async () => {
    vi.stubEnv('MACHINE_SECRET', 'hunter2');
    const pool = testPool(functionModel('export const handler = async () => process.env;'), {
      environmentFor: (fn) => ({
        AWS_ACCESS_KEY_ID: `key-of-${fn.roleLogicalId}`,
        AWS_ENDPOINT_URL_DYNAMODB: 'http://t',
      }),
    });
    const result = await pool.invoke('Fn', {});
    vi.unstubAllEnvs();
    expect(result).toEqual({ ok: true, payload: expect.any(String) });
    expect(JSON.parse((result as { payload: string }).payload)).toEqual({
      TABLE_NAME: 'sessions',
      AWS_ACCESS_KEY_ID: 'key-of-Role',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://t',
      _HANDLER: 'index.handler',
      AWS_DEFAULT_REGION: 'us-west-2',
      AWS_REGION: 'us-west-2',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'fn',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/rejoin/fn',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      LAMBDA_TASK_ROOT: expect.stringContaining('rejoin-test-'),
      LANG: 'en_US.UTF-8',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TZ: ':UTC',
    });
  });

  test('with Lambda’s context', async () => {
    const fn = functionModel(`export const handler = async (event, context) =>
        ({ ...context, getRemainingTimeInMillis: undefined, remaining: context.getRemainingTimeInMillis(), event });`);
    const pool = testPool(fn);
    const result = await pool.invoke('Fn', { a: [1, 'é'] });
    const { remaining, ...context } = JSON.parse((result as { payload: string }).payload);
    expect(context).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      callbackWaitsForEmptyEventLoop: true,
      event: { a: [1, 'é'] },
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-west-2:123456789012:function:fn',
      logGroupName: '/rejoin/fn',
      logStreamName: expect.any(String),
      memoryLimitInMB: '256',
    });
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(fn.timeoutSeconds * 1000);
  });

  test('invoked by an alias it has the alias’ version and ARN, and its own name', async () => {
    const arn = 'arn:aws:lambda:us-west-2:123456789012:function:fn:live';
    const pool = testPool(
      functionModel(
        'export const handler = async (event, context) => ({ ...context, version: process.env.AWS_LAMBDA_FUNCTION_VERSION, name: process.env.AWS_LAMBDA_FUNCTION_NAME });',
        { alias: { name: 'live', arn, version: '1' } },
      ),
    );
    const result = await pool.invoke('Fn', {});
    expect(JSON.parse((result as { payload: string }).payload)).toMatchObject({
      version: '1',
      name: 'fn',
      functionName: 'fn',
      functionVersion: '1',
      invokedFunctionArn: arn,
      logStreamName: expect.stringMatching(/\/\[1\][0-9a-f]{32}$/),
    });
  });

  test('a handler that returns nothing answers null', async () => {
    const pool = testPool(functionModel('export const handler = async () => {};'));
    expect(await pool.invoke('Fn', {})).toEqual({ ok: true, payload: 'null' });
  });
});

describe('workers', () => {
  test('serve event after event, with one cold start', async () => {
    const pool = testPool(functionModel('let n = 0; export const handler = async () => [process.pid, ++n];'));
    const payloads = [];
    for (let n = 0; n < 3; n += 1) payloads.push(await pool.invoke('Fn', {}));
    const answers = payloads.map((result) => JSON.parse((result as { payload: string }).payload));
    expect(new Set(answers.map(([pid]) => pid)).size).toBe(1);
    expect(answers.map(([, n]) => n)).toEqual([1, 2, 3]);
    const stats = pool.stats().Fn;
    expect(stats).toMatchObject({ invocations: 3, errors: 0, coldStarts: 1 });
    expect(Number.isInteger(stats?.billedMs)).toBe(true);
    expect(stats?.billedMs).toBeGreaterThanOrEqual(3);
    expect(stats?.initMs).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ['the cap', 2],
    ["the function's own cap", ({ logicalId }: FunctionModel) => (logicalId === 'Fn' ? 2 : 8)],
  ])('never serve two events at once, and events above %s wait and are served', async (_, cap) => {
    const fn = functionModel(waiting);
    const pool = testPool(fn, { maxWorkersPerFunction: cap });
    const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => pool.invoke('Fn', { id })));
    const at = (file: string) => join(fn.assetDirectory, file);
    await expect.poll(() => ['a', 'b'].map((id) => existsSync(at(id)))).toEqual([true, true]);
    expect(['c', 'd', 'e'].some((id) => existsSync(at(id)))).toBe(false);
    expect(readFileSync(at('a'), 'utf8')).not.toBe(readFileSync(at('b'), 'utf8'));
    writeFileSync(at('go'), '');
    expect((await results).every(({ ok }) => ok)).toBe(true);
    expect(pool.stats().Fn).toMatchObject({ invocations: 5, coldStarts: 2 });
    // Both workers are warm now; two more events still go to two processes.
    const again = await Promise.all(['f', 'g'].map((id) => pool.invoke('Fn', { id })));
    expect(again.every(({ ok }) => ok)).toBe(true);
    expect(readFileSync(at('f'), 'utf8')).not.toBe(readFileSync(at('g'), 'utf8'));
    expect(pool.stats().Fn?.coldStarts).toBe(2);
  });

  test('are limited by a smaller reserved concurrency, and zero throttles every event', async () => {
    const one = functionModel(waiting, { reservedConcurrency: 1 });
    const pool = testPool(one);
    const results = Promise.all(['a', 'b'].map((id) => pool.invoke('Fn', { id })));
    await expect.poll(() => existsSync(join(one.assetDirectory, 'a'))).toBe(true);
    writeFileSync(join(one.assetDirectory, 'go'), '');
    await results;
    expect(pool.stats().Fn?.coldStarts).toBe(1);
    const none = testPool(functionModel('', { reservedConcurrency: 0 }));
    expect(await none.invoke('Fn', {})).toMatchObject({ ok: false, errorType: 'TooManyRequestsException' });
  });

  test('stop after a while without work, and the next event starts a new one', async () => {
    const pool = testPool(functionModel('export const handler = async () => process.pid;'), { idleMs: 30 });
    const first = await pool.invoke('Fn', {});
    const pid = Number((first as { payload: string }).payload);
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(await pool.invoke('Fn', {})).toMatchObject({ ok: true });
    expect(pool.stats().Fn?.coldStarts).toBe(2);
  });

  test('are gone once the pool is closed, and events still waiting end as errors', async () => {
    const fn = functionModel(waiting);
    const pool = testPool(fn, { maxWorkersPerFunction: 1 });
    const results = Promise.all(['a', 'b'].map((id) => pool.invoke('Fn', { id })));
    const file = join(fn.assetDirectory, 'a');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBeTruthy();
    await pool.close();
    expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
    expect((await results).map(({ ok }) => ok)).toEqual([false, false]);
    expect(await pool.invoke('Fn', {})).toMatchObject({ ok: false });
  });

  test('end with the process that started them, even when it is killed', async () => {
    // A timer keeps the worker's event loop alive, as an open connection to AWS would.
    const fn = functionModel('setInterval(() => {}, 1000); export const handler = async () => process.pid;');
    const poolFile = fileURLToPath(new URL('../../../local/functions/pool.ts', import.meta.url));
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createFunctionPool } from ${JSON.stringify(poolFile)};
         const pool = createFunctionPool({ functions: [${JSON.stringify(fn)}], environmentFor: () => ({}) });
         console.log((await pool.invoke('Fn', {})).payload);
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text) => resolve(Number(text))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe('a failed invocation does not affect the next player:', () => {
  /** A function that fails when its event says so, and a pool of it. */
  function failing(failure: string) {
    const fn = functionModel(
      `export const handler = async (event) => { if (event.fail) { ${failure} } return 'fine'; };`,
    );
    return { fn, pool: testPool(fn) };
  }

  test.for([
    ['an exception', `throw new RangeError('too far')`, 'RangeError', 'too far', 1],
    ['process.exit', 'process.exit(3)', 'Runtime.ExitError', 'Runtime exited with error: exit status 3', 2],
    ['a crash', `process.kill(process.pid, 'SIGSEGV')`, 'Runtime.ExitError', 'signal: segv', 2],
    [
      'an answer over 6 MB',
      `return 'x'.repeat(6_300_000)`,
      'Function.ResponseSizeTooLarge',
      'exceeded maximum allowed payload size',
      1,
    ],
    ['an answer that is no JSON', 'return { n: 1n }', 'Runtime.MarshalError', 'Unable to stringify', 1],
  ] as const)('%s', async ([, failure, errorType, message, coldStarts]) => {
    const { pool } = failing(failure);
    expect(await pool.invoke('Fn', { fail: true })).toEqual({
      ok: false,
      errorType,
      errorMessage: expect.stringContaining(message),
    });
    expect(await pool.invoke('Fn', {})).toEqual({ ok: true, payload: '"fine"' });
    expect(pool.stats().Fn).toMatchObject({ invocations: 2, errors: 1, coldStarts });
  });

  test.for([
    ['a time-out', 'await new Promise(() => setInterval(() => {}, 1000))'],
    ['an endless loop', 'for (;;);'],
  ] as const)('%s', async ([, failure]) => {
    const { fn, pool } = failing(failure);
    const ample = fn.timeoutSeconds;
    fn.timeoutSeconds = 0.3;
    expect(await pool.invoke('Fn', { fail: true })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('Task timed out after 0.30 seconds'),
    });
    // The next player's event may take long on a busy machine.
    fn.timeoutSeconds = ample;
    expect(await pool.invoke('Fn', {})).toEqual({ ok: true, payload: '"fine"' });
    expect(pool.stats().Fn).toMatchObject({ invocations: 2, errors: 1, coldStarts: 2 });
  });

  test('a worker that dies after its answer is not given the next event', async () => {
    const fn = functionModel(`
      import { existsSync } from 'node:fs';
      const dieWhenTold = () => (existsSync('die') ? process.exit(1) : setTimeout(dieWhenTold, 5));
      export const handler = async () => { dieWhenTold(); return process.pid; };`);
    const pool = testPool(fn);
    const first = (await pool.invoke('Fn', {})) as { payload: string };
    writeFileSync(join(fn.assetDirectory, 'die'), '');
    await expect.poll(() => isAlive(Number(first.payload))).toBe(false);
    rmSync(join(fn.assetDirectory, 'die'));
    expect(await pool.invoke('Fn', {})).toMatchObject({ ok: true });
    expect(pool.stats().Fn).toMatchObject({ invocations: 2, errors: 0, coldStarts: 2 });
  });

  test('a killed function fails its event, and only busy workers are killed', async () => {
    const fn = functionModel(waiting);
    const pool = testPool(fn);
    expect(pool.kill('Fn')).toBe(0);
    const result = pool.invoke('Fn', { id: 'a' });
    await expect.poll(() => existsSync(join(fn.assetDirectory, 'a'))).toBe(true);
    expect(pool.kill('Fn')).toBe(1);
    expect(await result).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: kill'),
    });
    writeFileSync(join(fn.assetDirectory, 'go'), '');
    expect(await pool.invoke('Fn', { id: 'b' })).toMatchObject({ ok: true });
    expect(pool.kill('Fn')).toBe(0);
    expect(await pool.invoke('Fn', { id: 'c' })).toMatchObject({ ok: true });
    expect(pool.stats().Fn?.coldStarts).toBe(2);
  });

  test.for([
    [`throw new Error('TABLE_NAME is not set')`, 'index.handler', 'Error', 'TABLE_NAME is not set'],
    [
      'export const other = 1',
      'index.handler',
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
    [
      'export const handler = (event, context, callback) => callback()',
      'index.handler',
      'Runtime.CallbackHandlerDeprecated',
      'callback-based',
    ],
    ['', 'missing.handler', 'Runtime.ImportModuleError', `Cannot find module 'missing'`],
  ] as const)('a bundle that cannot start says why: %s', async ([source, handler, errorType, message]) => {
    const pool = testPool(functionModel(source, { handler }));
    expect(await pool.invoke('Fn', {})).toEqual({
      ok: false,
      errorType,
      errorMessage: expect.stringContaining(message),
    });
  });

  test('a bundle that never finishes loading fails its event, as in Lambda', async () => {
    const pool = testPool(functionModel('await new Promise(() => setInterval(() => {}, 1000));'), {
      initTimeoutMs: 100,
    });
    expect(await pool.invoke('Fn', {})).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Initialization timed out after 0.1 seconds',
    });
  });

  test.each([
    [
      'did not finish loading',
      'await new Promise(() => setInterval(() => {}, 1000));',
      { initTimeoutMs: 100 },
      'fn gave no answer: Initialization timed out after 0.1 seconds (Sandbox.Timedout)',
    ],
    [
      'threw an error, whose words may be a player’s and are not told',
      "export const handler = async () => { throw new RangeError('secret'); };",
      {},
      'fn gave no answer: RangeError',
    ],
  ])('the person at the terminal is told that a function %s', async (_what, source, options, told) => {
    const lines: string[] = [];
    const onFailure = (line: string) => lines.push(line);
    await testPool(functionModel(source), { ...options, onFailure }).invoke('Fn', {});
    expect(lines).toEqual([told]);
  });

  test('an unknown function is an error that names the existing ones', () => {
    expect(() => testPool(functionModel('')).invoke('Other', {})).toThrow(
      'there is no function Other: there are Fn',
    );
  });
});

test('a function’s output is in its log file, with a report of each invocation', async () => {
  const logDirectory = join(temporaryDirectory(), 'logs');
  const lines: string[] = [];
  const pool = testPool(
    functionModel(
      `export const handler = async () => { console.log('to stdout'); console.error('to stderr'); };`,
    ),
    { logDirectory, onLog: ({ functionName, line }) => lines.push(`${functionName} ${line}`) },
  );
  await pool.invoke('Fn', {});
  await expect.poll(() => lines).toHaveLength(3);
  await pool.close();
  const log = readFileSync(join(logDirectory, 'fn.log'), 'utf8');
  expect(log).toContain('to stdout\n');
  expect(log).toContain('to stderr\n');
  expect(log).toMatch(
    /^REPORT RequestId: \S+ Duration: [\d.]+ ms Billed Duration: \d+ ms Memory Size: 256 MB$/m,
  );
  expect(lines).toContain('fn to stdout');
});

test('SIGINT to the process group, as Ctrl-C sends it, lets an invocation under way finish', async () => {
  const fn = functionModel(`
    process.on('SIGUSR2', () => writeFileSync('signalled', ''));
    ${waiting}`);
  const pool = testPool(fn);
  const result = pool.invoke('Fn', { id: 'a' });
  const at = (file: string) => join(fn.assetDirectory, file);
  await expect.poll(() => existsSync(at('a')) && readFileSync(at('a'), 'utf8')).toBeTruthy();
  const pid = Number(readFileSync(at('a'), 'utf8'));
  process.kill(pid, 'SIGINT');
  // Signals are handled in order: after the second one, the first one has had its effect.
  process.kill(pid, 'SIGUSR2');
  await expect.poll(() => existsSync(at('signalled')) || !isAlive(pid)).toBe(true);
  writeFileSync(at('go'), '');
  expect(await result).toMatchObject({ ok: true });
});
