import type { AssembledStack, TemplateResource } from './assembly.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import { generatedId, generatedName } from './names.ts';

/** Region and account of a stack: its own, else the ones that the caller gives. */
export interface StackPlace {
  name: string;
  region: string;
  accountId: string;
}

/**
 * The values of references inside one stack.
 * @param exports looks an export's name up in the whole assembly
 */
export function stackScope(
  stack: AssembledStack,
  place: StackPlace,
  exports: (name: string) => unknown,
): ReferenceScope {
  const resources = stack.template.Resources ?? {};
  const scope: ReferenceScope = {
    ref: (logicalId) => {
      const resource = resources[logicalId];
      if (resource) return attributeOf(resource, logicalId, 'Ref', place, scope);
      const parameter = stack.template.Parameters?.[logicalId];
      // Parameters read from SSM have no value outside an account.
      return parameter && !parameter.Type.startsWith('AWS::') ? parameter.Default : undefined;
    },
    getAtt: (logicalId, attribute) => {
      const resource = resources[logicalId];
      return resource && attributeOf(resource, logicalId, attribute, place, scope);
    },
    importValue: exports,
    pseudo: {
      'AWS::AccountId': place.accountId,
      'AWS::Partition': 'aws',
      'AWS::Region': place.region,
      'AWS::StackName': place.name,
      'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.name}/local`,
      'AWS::URLSuffix': 'amazonaws.com',
    },
  };
  return scope;
}

/** The physical name of a resource: the template's own, else one made from its logical id. */
function physicalName(
  resource: TemplateResource,
  logicalId: string,
  property: string,
  limit: number,
  place: StackPlace,
  scope: ReferenceScope,
): string {
  const own = resolveIntrinsics(resource.Properties?.[property], scope, `${place.name}/${logicalId}`);
  return typeof own === 'string' ? own : generatedName(place.name, logicalId, limit);
}

/**
 * `Ref` (passed as attribute `Ref`) or an attribute of a resource, as AWS's reference of each type says;
 * undefined for an attribute without a value here.
 */
function attributeOf(
  resource: TemplateResource,
  logicalId: string,
  attribute: string,
  place: StackPlace,
  scope: ReferenceScope,
): string | undefined {
  const { region, accountId } = place;
  const named = (property: string, limit: number) =>
    physicalName(resource, logicalId, property, limit, place, scope);
  const own = (property: string) =>
    String(resolveIntrinsics(resource.Properties?.[property], scope, `${place.name}/${logicalId}`));
  const id = (length: number) => generatedId(place.name, logicalId, length);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const path = String(resource.Properties?.Path ?? '/');
  const attributes: Record<string, Record<string, () => string>> = {
    'AWS::ApiGatewayV2::Api': {
      Ref: () => id(10),
      ApiId: () => id(10),
      ApiEndpoint: () => `https://${id(10)}.execute-api.${region}.amazonaws.com`,
    },
    'AWS::ApiGatewayV2::Authorizer': { Ref: () => id(6), AuthorizerId: () => id(6) },
    'AWS::ApiGatewayV2::Integration': { Ref: () => id(7), IntegrationId: () => id(7) },
    'AWS::ApiGatewayV2::Route': { Ref: () => id(7), RouteId: () => id(7) },
    'AWS::ApiGatewayV2::Stage': { Ref: () => String(resource.Properties?.StageName) },
    'AWS::Lambda::Function': {
      Ref: () => named('FunctionName', 64),
      Arn: () => arn('lambda', `function:${named('FunctionName', 64)}`),
    },
    // A new stack publishes each function once.
    'AWS::Lambda::Version': {
      Ref: () => arn('lambda', `function:${own('FunctionName')}:1`),
      FunctionArn: () => arn('lambda', `function:${own('FunctionName')}:1`),
      Version: () => '1',
    },
    'AWS::Lambda::Alias': {
      Ref: () => arn('lambda', `function:${own('FunctionName')}:${own('Name')}`),
      AliasArn: () => arn('lambda', `function:${own('FunctionName')}:${own('Name')}`),
    },
    'AWS::IAM::Role': {
      Ref: () => named('RoleName', 64),
      Arn: () => `arn:aws:iam::${accountId}:role${path}${named('RoleName', 64)}`,
      RoleId: () => `AROA${id(17).toUpperCase()}`,
    },
    'AWS::IAM::ManagedPolicy': {
      Ref: () => `arn:aws:iam::${accountId}:policy${path}${named('ManagedPolicyName', 128)}`,
    },
    'AWS::DynamoDB::Table': dynamo(),
    'AWS::DynamoDB::GlobalTable': dynamo(),
    'AWS::KMS::Key': {
      Ref: () => id(32),
      KeyId: () => id(32),
      Arn: () => arn('kms', `key/${id(32)}`),
    },
    'AWS::Logs::LogGroup': {
      Ref: () => named('LogGroupName', 512),
      Arn: () => arn('logs', `log-group:${named('LogGroupName', 512)}:*`),
    },
    'AWS::Events::Rule': {
      Ref: () => named('Name', 64),
      Arn: () => arn('events', `rule/${named('Name', 64)}`),
    },
    'AWS::SNS::Topic': {
      Ref: () => arn('sns', named('TopicName', 256)),
      TopicArn: () => arn('sns', named('TopicName', 256)),
      TopicName: () => named('TopicName', 256),
    },
    'AWS::CloudWatch::Alarm': {
      Ref: () => named('AlarmName', 255),
      Arn: () => arn('cloudwatch', `alarm:${named('AlarmName', 255)}`),
    },
    'AWS::CloudWatch::CompositeAlarm': {
      Ref: () => named('AlarmName', 255),
      Arn: () => arn('cloudwatch', `alarm:${named('AlarmName', 255)}`),
    },
    'AWS::CloudWatch::Dashboard': { Ref: () => named('DashboardName', 255) },
  };
  return attributes[resource.Type]?.[attribute]?.();

  function dynamo(): Record<string, () => string> {
    return {
      Ref: () => named('TableName', 255),
      Arn: () => arn('dynamodb', `table/${named('TableName', 255)}`),
    };
  }
}
