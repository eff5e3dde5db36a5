/** The function of one route, with its log group and its role. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import type { Route } from '../routes/route.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';
import { bundledCode } from './bundling/bundle.ts';
import { exportFolder, functionPolicy, type GrantTargets } from './grants.ts';
import { provisionedAlias } from './provisioned-concurrency.ts';

export interface RouteFunctionProps {
  readonly route: Route;
  readonly settings: Settings;
  readonly targets: GrantTargets;
  readonly environment: Record<string, string>;
  /** How many sandboxes Lambda keeps initialized. @default 0 */
  readonly provisionedConcurrency?: number;
  /** How many executions at once Lambda reserves for this function. It gets no more than these. @default 0: none are reserved, no limit */
  readonly reservedConcurrency?: number;
}

export class RouteFunction extends Construct {
  /** Logs and metrics of all versions are under the name of this function. */
  readonly function: LambdaFunction;
  /** What the API invokes: the function, or its alias with provisioned concurrency. */
  readonly invoked: IFunction;
  readonly logs: LogGroup;
  /** The function's role. Add a policy here: the function's own `addToRolePolicy` has no effect. */
  readonly role: Role;

  constructor(scope: Construct, id: string, props: RouteFunctionProps) {
    super(scope, id);
    const {
      route,
      settings,
      targets,
      environment,
      provisionedConcurrency = 0,
      reservedConcurrency = 0,
    } = props;
    this.logs = new LogGroup(this, 'Logs', {
      retention: settings.logs.retentionDays,
      removalPolicy: cdkRemovalPolicy(settings),
      ...encryptedWith(targets.encryptionKey),
    });
    this.role = new Role(this, 'Role', {
      description: `${route.does}, and nothing else`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        [route.name]: functionPolicy(
          this,
          route.grants.filter(({ onlyWith }) => onlyWith === undefined || settings[onlyWith].enabled),
          targets,
          this.logs,
        ),
      },
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        "X-Ray's two actions know no resource: the service authorization reference leaves no choice but *.",
    });
    if (route.grants.some(({ on }) => on === 'exportFolder')) {
      Validations.of(this.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${targets.exportBucket}/${exportFolder}/*]`,
        reason: 'AWS makes the names of the archives that it writes into this one folder.',
      });
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: route.does,
      code: bundledCode(route.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(route.timeoutSeconds),
      memorySize: settings.memoryMb,
      ...(reservedConcurrency > 0 && { reservedConcurrentExecutions: reservedConcurrency }),
      tracing: Tracing.ACTIVE,
      logGroup: this.logs,
      // The policy above already has everything that CDK would add, such as tracing.
      role: this.role.withoutPolicyUpdates(),
      environment,
      // Old versions need not stay: git has their code, and a rollback publishes it again.
      currentVersionOptions: { removalPolicy: RemovalPolicy.DESTROY },
    });
    this.invoked =
      provisionedConcurrency > 0
        ? provisionedAlias(this, this.function, provisionedConcurrency)
        : this.function;
  }
}
