import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createFunctionPool, type FunctionPool } from '../../../local/functions/pool.ts';
import type { FunctionModel } from '../../../local/template/model.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';
import { temporaryDirectory } from '../../temporary.ts';

/** The time-out of a function and of its loading, longer than the busiest machine needs. No test waits for it. */
const AMPLE_SECONDS = HANGS_AFTER_MS / 1000;

/** A function `Fn` whose bundle is the given source. */
export function functionModel(source: string, changes: Partial<FunctionModel> = {}): FunctionModel {
  const assetDirectory = temporaryDirectory();
  writeFileSync(join(assetDirectory, 'index.mjs'), source);
  return {
    logicalId: 'Fn',
    name: 'fn',
    arn: 'arn:aws:lambda:us-west-2:123456789012:function:fn',
    assetDirectory,
    assetHash: 'hash',
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: AMPLE_SECONDS,
    memoryMb: 256,
    environment: { TABLE_NAME: 'sessions' },
    roleLogicalId: 'Role',
    logGroupName: '/rejoin/fn',
    ...changes,
  };
}

/** A pool with the function, closed when the test ends. */
export function testPool(
  fn: FunctionModel,
  options: Partial<Parameters<typeof createFunctionPool>[0]> = {},
): FunctionPool {
  const pool = createFunctionPool({
    functions: [fn],
    environmentFor: () => ({}),
    initTimeoutMs: AMPLE_SECONDS * 1000,
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
}

/** Whether a process still exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
