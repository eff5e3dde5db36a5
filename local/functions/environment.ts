import { randomBytes } from 'node:crypto';
import type { FunctionModel } from '../template/model.ts';

/**
 * The whole environment of one worker: the template's variables, those Lambda sets itself (Lambda developer
 * guide, "Defined runtime environment variables") and what the caller adds: endpoints and the credentials of
 * the function's role. It holds nothing of this machine's own environment.
 */
export function workerEnvironment(fn: FunctionModel, added: Record<string, string>): Record<string, string> {
  const region = fn.arn.split(':')[3] ?? '';
  const version = fn.alias?.version ?? '$LATEST';
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    ...fn.environment,
    _HANDLER: fn.handler,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    // Also for a function with provisioned concurrency: here every worker starts on demand.
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${version}]${randomBytes(16).toString('hex')}`,
    ...(fn.logFormat === undefined ? {} : { AWS_LAMBDA_LOG_FORMAT: fn.logFormat }),
    ...(fn.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: fn.logLevel }),
    AWS_REGION: region,
    LAMBDA_TASK_ROOT: fn.assetDirectory,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    ...added,
  };
}
