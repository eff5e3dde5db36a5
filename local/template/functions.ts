import { readAliases } from './aliases.ts';
import type { FunctionModel } from './model.ts';
import type { ResolvedResource, StackResources } from './resources.ts';

/** Names that Lambda sets itself and refuses in a function's environment (Lambda developer guide). */
const reservedVariables = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/**
 * The Lambda functions of a stack, with the bundles `cdk deploy` would upload.
 * @throws Error for an alias that is not executed, for code that is no file asset, a Node version that is not this one, a role outside the stack
 * or a variable that Lambda reserves
 */
export function readFunctions(resources: StackResources): FunctionModel[] {
  const aliases = new Map(
    readAliases(resources).map(({ functionLogicalId, ...alias }) => [functionLogicalId, alias]),
  );
  return resources.of('AWS::Lambda::Function').map((resource) => {
    const alias = aliases.get(resource.logicalId);
    return { ...readFunction(resource, resources), ...(alias ? { alias } : {}) };
  });
}

function readFunction(
  { logicalId, where, properties }: ResolvedResource<'AWS::Lambda::Function'>,
  resources: StackResources,
): FunctionModel {
  const here = `nodejs${process.versions.node.split('.')[0]}.x`;
  if (properties.Runtime !== here) {
    throw new Error(
      `${where} (AWS::Lambda::Function): Runtime is ${properties.Runtime}, this machine runs ${here}`,
    );
  }
  const asset = resources.stack.assets.get(properties.Code.S3Key);
  if (!asset) {
    throw new Error(
      `${where} (AWS::Lambda::Function): Code.S3Key ${properties.Code.S3Key} is no asset of this assembly`,
    );
  }
  const environment = properties.Environment?.Variables ?? {};
  const reserved = Object.keys(environment).find((name) => reservedVariables.has(name));
  if (reserved) {
    throw new Error(`${where} (AWS::Lambda::Function): Lambda reserves the variable ${reserved}`);
  }
  const role = resources
    .of('AWS::IAM::Role')
    .find((candidate) => resources.scope.getAtt(candidate.logicalId, 'Arn') === properties.Role);
  if (!role) {
    throw new Error(`${where} (AWS::Lambda::Function): Role ${properties.Role} is not a role of this stack`);
  }
  const name = String(resources.scope.ref(logicalId));
  const logging = properties.LoggingConfig;
  return {
    logicalId,
    name,
    arn: String(resources.scope.getAtt(logicalId, 'Arn')),
    assetDirectory: asset.directory,
    assetHash: asset.hash,
    handler: properties.Handler,
    runtime: properties.Runtime,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    environment,
    roleLogicalId: role.logicalId,
    logGroupName: logging?.LogGroup ?? `/aws/lambda/${name}`,
    ...(logging?.LogFormat === undefined ? {} : { logFormat: logging.LogFormat }),
    ...(logging?.ApplicationLogLevel === undefined ? {} : { logLevel: logging.ApplicationLogLevel }),
    ...(properties.ReservedConcurrentExecutions === undefined
      ? {}
      : { reservedConcurrency: properties.ReservedConcurrentExecutions }),
  };
}
