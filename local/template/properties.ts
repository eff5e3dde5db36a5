import * as z from 'zod';

/** `Tags`, descriptions, retention: properties that change nothing about a request. */
const inert = z.unknown().optional();
const names = z.array(z.string());
const policyDocument = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null,
);

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const throughput = z.strictObject({ ReadCapacityUnits: z.number(), WriteCapacityUnits: z.number() });
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).exactOptional(),
    NonKeyAttributes: names.exactOptional(),
  }),
  ContributorInsightsSpecification: inert,
});
const tableProperties = {
  TableName: z.string().optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
  TimeToLiveSpecification: z
    .strictObject({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .optional(),
  GlobalSecondaryIndexes: z.array(index).optional(),
  SSESpecification: z
    .strictObject({
      SSEEnabled: z.boolean(),
      SSEType: z.literal('KMS').optional(),
      KMSMasterKeyId: z.string().optional(),
    })
    .optional(),
  Tags: inert,
};
const routeSettings = z.strictObject({
  ThrottlingRateLimit: z.number().optional(),
  ThrottlingBurstLimit: z.number().optional(),
  DetailedMetricsEnabled: inert,
});

/**
 * The resource types that the local deployment executes, with the properties that it reads, or ignores because they
 * change nothing about a request. Any other property is refused by name.
 */
const propertySchemas = {
  'AWS::ApiGatewayV2::Api': z.strictObject({
    Name: z.string(),
    ProtocolType: z.literal('HTTP'),
    CorsConfiguration: z
      .strictObject({
        AllowOrigins: names.default([]),
        AllowMethods: names.default([]),
        AllowHeaders: names.default([]),
        ExposeHeaders: names.default([]),
        AllowCredentials: z.boolean().default(false),
        MaxAge: z.number().optional(),
      })
      .optional(),
    Description: inert,
    Tags: inert,
    IpAddressType: inert,
    DisableExecuteApiEndpoint: z.literal(false).optional(),
  }),
  'AWS::ApiGatewayV2::Stage': z.strictObject({
    ApiId: z.string(),
    StageName: z.literal('$default'),
    AutoDeploy: z.literal(true),
    DefaultRouteSettings: routeSettings.optional(),
    RouteSettings: z.record(z.string(), routeSettings).default({}),
    AccessLogSettings: z.strictObject({ DestinationArn: z.string(), Format: z.string() }).optional(),
    Description: inert,
    Tags: inert,
  }),
  'AWS::ApiGatewayV2::Integration': z.strictObject({
    ApiId: z.string(),
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    IntegrationMethod: inert,
    PayloadFormatVersion: z.literal('2.0'),
    TimeoutInMillis: z.number().min(50).max(30_000).default(30_000),
    Description: inert,
  }),
  'AWS::ApiGatewayV2::Route': z.strictObject({
    ApiId: z.string(),
    RouteKey: z.string(),
    Target: z.string(),
    AuthorizationType: z.enum(['NONE', 'JWT', 'AWS_IAM']).default('NONE'),
    AuthorizerId: z.string().optional(),
    AuthorizationScopes: names.default([]),
    OperationName: inert,
  }),
  'AWS::ApiGatewayV2::Authorizer': z.strictObject({
    ApiId: z.string(),
    Name: z.string(),
    AuthorizerType: z.literal('JWT'),
    IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
    JwtConfiguration: z.strictObject({ Issuer: z.string(), Audience: names.default([]) }),
  }),
  'AWS::Lambda::Function': z.strictObject({
    Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
    FunctionName: z.string().optional(),
    Handler: z.string(),
    Runtime: z.string(),
    Role: z.string(),
    Timeout: z.number().default(3),
    MemorySize: z.number().default(128),
    Environment: z
      .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
      .optional(),
    ReservedConcurrentExecutions: z.number().optional(),
    PackageType: z.literal('Zip').optional(),
    LoggingConfig: z
      .strictObject({
        LogGroup: z.string().optional(),
        LogFormat: z.string().optional(),
        ApplicationLogLevel: z.string().optional(),
        SystemLogLevel: inert,
      })
      .optional(),
    Architectures: inert,
    Description: inert,
    EphemeralStorage: inert,
    KmsKeyArn: inert,
    RuntimeManagementConfig: inert,
    Tags: inert,
    TracingConfig: inert,
  }),
  'AWS::Lambda::Version': z.strictObject({ FunctionName: z.string(), Description: inert }),
  'AWS::Lambda::Alias': z.strictObject({
    FunctionName: z.string(),
    FunctionVersion: z.string(),
    Name: z.string(),
    ProvisionedConcurrencyConfig: z
      .strictObject({ ProvisionedConcurrentExecutions: z.number().int().min(1) })
      .optional(),
    Description: inert,
  }),
  'AWS::Lambda::Permission': z.strictObject({
    Action: z.string(),
    FunctionName: z.string(),
    Principal: z.string(),
    SourceArn: z.string().optional(),
    SourceAccount: z.string().optional(),
  }),
  'AWS::IAM::Role': z.strictObject({
    RoleName: z.string().optional(),
    Path: z.string().default('/'),
    AssumeRolePolicyDocument: policyDocument,
    ManagedPolicyArns: names.default([]),
    Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: policyDocument })).default([]),
    Description: inert,
    MaxSessionDuration: inert,
    Tags: inert,
  }),
  'AWS::IAM::Policy': z.strictObject({
    PolicyName: z.string(),
    PolicyDocument: policyDocument,
    Roles: names.default([]),
  }),
  'AWS::IAM::ManagedPolicy': z.strictObject({
    ManagedPolicyName: z.string().optional(),
    Path: z.string().default('/'),
    PolicyDocument: policyDocument,
    Roles: names.default([]),
    Description: inert,
  }),
  'AWS::DynamoDB::Table': z.strictObject({
    ...tableProperties,
    ProvisionedThroughput: throughput.optional(),
    ContributorInsightsSpecification: inert,
    DeletionProtectionEnabled: inert,
    PointInTimeRecoverySpecification: inert,
    TableClass: inert,
    WarmThroughput: inert,
  }),
  'AWS::DynamoDB::GlobalTable': z.strictObject({
    ...tableProperties,
    // One replica is a plain table; more would need replication. Its settings change nothing about a request.
    Replicas: z.array(z.looseObject({ Region: z.string() })).length(1),
    WarmThroughput: inert,
  }),
} as const;

/** A resource type the local deployment executes. */
export type ExecutedType = keyof typeof propertySchemas;

/** The properties of an executed resource, checked, defaults filled in. */
export type PropertiesOf<T extends ExecutedType> = z.infer<(typeof propertySchemas)[T]>;

/** Types that are deployed but play no part in a request. */
const ignoredTypes = [
  /^AWS::CDK::Metadata$/,
  /^AWS::CloudWatch::/,
  /^AWS::Logs::(LogGroup|MetricFilter|ResourcePolicy|QueryDefinition|SubscriptionFilter)$/,
  // Who may use a key is decided where a table asks for it.
  /^AWS::KMS::(Key|Alias)$/,
  /^AWS::SNS::(Topic|Subscription|TopicPolicy)$/,
  /^AWS::Budgets::/,
  // Nothing here runs by a schedule. `npm start` says which function that concerns.
  /^AWS::Events::Rule$/,
  /^AWS::Lambda::EventInvokeConfig$/,
];

/** Whether the type is executed (`true`) or ignored (`false`). @throws Error for any other type */
export function isExecuted(type: string, where: string): type is ExecutedType {
  if (Object.hasOwn(propertySchemas, type)) return true;
  if (ignoredTypes.some((pattern) => pattern.test(type))) return false;
  throw new Error(`${where} is a ${type}: the local deployment does not execute that resource type`);
}

/**
 * The resolved properties of a resource, checked against what the local deployment executes.
 * @throws Error naming the resource, its type and the property that is not understood, and what is
 */
export function checkProperties<T extends ExecutedType>(
  type: T,
  properties: unknown,
  where: string,
): PropertiesOf<T> {
  const result = propertySchemas[type].safeParse(properties);
  if (result.success) return result.data as PropertiesOf<T>;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    const property = [path, issue.keys[0]].filter(Boolean).join('.');
    throw new Error(`${where} (${type}): the local deployment does not execute the property ${property}`);
  }
  throw new Error(
    `${where} (${type}): the local deployment does not execute this ${path}: ${issue?.message}`,
  );
}
