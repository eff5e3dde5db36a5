/** The probe: a function requests the API's public address once a minute without a token, and fails unless it gets 401. */
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { encryptedWith } from '../encryption/key.ts';
import { cdkRemovalPolicy } from '../settings/removal-policy.ts';
import type { Settings } from '../settings/settings.ts';
import { bundledCode } from './bundling/bundle.ts';
import { telemetryVariables } from './environment.ts';
import { ownLogStreams } from './grants.ts';

export interface ProbeFunctionProps {
  readonly settings: Settings;
  /** Base URL of the API as players know it. */
  readonly apiUrl: string;
  /** A customer managed key that encrypts the log group. Without it, AWS's own key does. */
  readonly encryptionKey?: IKey | undefined;
}

export class ProbeFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logs: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, { settings, apiUrl, encryptionKey }: ProbeFunctionProps) {
    super(scope, id);
    const does = "Requests the API's public address without a token, and fails unless the answer is 401";
    this.logs = new LogGroup(this, 'Logs', {
      retention: settings.logs.retentionDays,
      removalPolicy: cdkRemovalPolicy(settings),
      ...encryptedWith(encryptionKey),
    });
    this.role = new Role(this, 'Role', {
      description: `${does}, and nothing else`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { probe: new PolicyDocument({ statements: [ownLogStreams(this.logs)] }) },
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: does,
      code: bundledCode('probe'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Longer than it waits for an answer, so that it can report by itself that none came.
      timeout: Duration.seconds(15),
      memorySize: 256,
      logGroup: this.logs,
      role: this.role.withoutPolicyUpdates(),
      environment: { API_URL: apiUrl, ...telemetryVariables(settings) },
      // The next request follows in a minute. A repetition would count one failure twice.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
    new Rule(this, 'EveryMinute', {
      description: does,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(this.function)],
    });
  }
}
