import { randomUUID } from 'node:crypto';

/** Lambda's context object, as far as the functions read it. */
export function lambdaContext() {
  const { env } = process;
  const endsBy = Date.now() + 10_000;
  return {
    awsRequestId: randomUUID(),
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: `arn:aws:lambda:us-west-2:123456789012:function:${env.AWS_LAMBDA_FUNCTION_NAME}`,
    getRemainingTimeInMillis: () => Math.max(0, endsBy - Date.now()),
  };
}
