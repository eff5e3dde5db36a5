/**
 * A synthesized deployment as this machine executes it: every reference resolved, every default filled in.
 * Units are in the names; ARNs are as AWS would make them.
 */

/** One synthesized cloud assembly. */
export interface Deployment {
  stacks: StackModel[];
}

/** One CloudFormation stack of the assembly. */
export interface StackModel {
  name: string;
  region: string;
  accountId: string;
  httpApis: HttpApiModel[];
  functions: FunctionModel[];
  roles: RoleModel[];
  tables: TableModel[];
  /** The template's outputs by logical id, resolved. */
  outputs: Record<string, string>;
  /** Every resource of the template. */
  resources: ResourceModel[];
  alarms: AlarmModel[];
  /** The template as CloudFormation would keep it: JSON, nothing resolved. */
  template: string;
}

/** A resource of the template, executed here or not. */
export interface ResourceModel {
  logicalId: string;
  /** Such as `AWS::Lambda::Function`. */
  type: string;
  /** The name in AWS. */
  physicalId: string;
}

/** An alarm of CloudWatch. */
export interface AlarmModel {
  name: string;
  arn: string;
  /** Whether it is made of other alarms. */
  isComposite: boolean;
  /** As in the template, references resolved. */
  properties: Record<string, unknown>;
}

/** An HTTP API (API Gateway v2) with its `$default` stage. */
export interface HttpApiModel {
  logicalId: string;
  /** Ten lower-case letters and digits, as AWS assigns them; the same at every start. */
  apiId: string;
  name: string;
  cors?: CorsModel;
  /** The stage's format of an access log line; absent: the stage has no access log. */
  accessLogFormat?: string;
  /** The name of the log group that these lines go to. */
  accessLogGroup?: string;
  /** The stage's own limit; absent: none set. What it counts is undocumented: see `StageLimit`. */
  throttle?: ThrottleModel;
  routes: RouteModel[];
}

/** CORS as the HTTP API itself answers it; names are AWS's `CorsConfiguration`. */
export interface CorsModel {
  allowOrigins: string[];
  allowMethods: string[];
  allowHeaders: string[];
  exposeHeaders: string[];
  allowCredentials: boolean;
  maxAgeSeconds?: number;
}

/** A token bucket: `rateLimit` requests a second, up to `burstLimit` at once. */
export interface ThrottleModel {
  rateLimit: number;
  burstLimit: number;
}

/** One route with everything that decides how a request to it is served. */
export interface RouteModel {
  logicalId: string;
  /** `GET`, `POST`, ..., `ANY`, or `$default`. */
  method: string;
  /** `/v1/things/{thingId}`; empty for `$default`. */
  path: string;
  /** `GET /v1/things/{thingId}` or `$default`. */
  routeKey: string;
  authorizer: AuthorizerModel;
  /** The function that the route invokes, directly or by an alias. */
  functionLogicalId: string;
  integrationTimeoutMs: number;
  payloadFormatVersion: '2.0';
  /** The limit that the stage sets for this route alone; absent: it sets none. */
  throttle?: ThrottleModel;
  /** Whether an `AWS::Lambda::Permission` lets API Gateway invoke the function for this route. */
  invokeAllowed: boolean;
}

/** Who may call a route. */
export type AuthorizerModel =
  | { kind: 'none' }
  | { kind: 'iam' }
  | { kind: 'jwt'; issuer: string; audience: string[]; scopes: string[] };

/** A Lambda function and the bundle that `cdk deploy` would upload for it. */
export interface FunctionModel {
  logicalId: string;
  name: string;
  arn: string;
  /** The alias by which a published version is invoked, if there is one. */
  alias?: {
    name: string;
    /** The function's ARN with the alias behind it. */
    arn: string;
    /** The number of the published version. */
    version: string;
    /** How many sandboxes AWS keeps initialized. Here they start on demand. */
    provisionedConcurrency?: number;
  };
  /** Absolute path of the directory that the asset's zip is made of. */
  assetDirectory: string;
  /** The asset's hash: its key in the assembly's asset manifest and the name of its object in S3. */
  assetHash: string;
  /** `index.handler`: file without extension, then the exported name. */
  handler: string;
  /** `nodejs24.x` */
  runtime: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Record<string, string>;
  roleLogicalId: string;
  reservedConcurrency?: number;
  logGroupName: string;
  /** Lambda's own log settings, which it hands to the function as environment variables. */
  logFormat?: string;
  logLevel?: string;
}

/** An IAM policy document, references resolved. */
export interface PolicyDocument {
  Version?: string;
  Statement: PolicyStatement[];
}

/** One statement; `Action` and the like are strings or lists, as in IAM. */
interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** A role and the policies that the template gives it. */
export interface RoleModel {
  logicalId: string;
  name: string;
  arn: string;
  /** Services (`lambda.amazonaws.com`) that may assume the role. */
  trustedServices: string[];
  /** Policies of AWS's own attached to the role, by ARN: their content is not in the template. */
  awsManagedPolicyArns: string[];
  /** Inline policies, `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` of the template. */
  policies: { name: string; document: PolicyDocument }[];
}

/** One attribute of a key. */
interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

/** A secondary index. */
interface IndexModel {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType?: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
}

/** A DynamoDB table; attribute, key and index shapes are those of DynamoDB's CreateTable. */
export interface TableModel {
  logicalId: string;
  name: string;
  arn: string;
  attributeDefinitions: { AttributeName: string; AttributeType: 'S' | 'N' | 'B' }[];
  keySchema: KeyElement[];
  ttlAttribute?: string;
  billing:
    | { mode: 'PAY_PER_REQUEST' }
    | { mode: 'PROVISIONED'; readCapacityUnits: number; writeCapacityUnits: number };
  globalSecondaryIndexes?: IndexModel[];
  /** The customer managed key that encrypts the table, as the template names it: an ARN. */
  encryptionKeyArn?: string;
}
