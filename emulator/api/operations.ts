import type { AdminShells } from '../admin-shell/admin-shells.ts';
import type { Clock } from '../model/clock.ts';
import { ServiceError } from '../model/errors.ts';
import { isFinished } from '../model/lifecycle.ts';
import type { Authorization } from '../model/options.ts';
import type { Operation, Settings } from '../model/settings.ts';
import type { ClientTokens } from '../sessions/client-tokens.ts';
import { exportedObjectArn, requestExport } from '../sessions/export.ts';
import type { GameLiftStreams, StartRequest } from '../sessions/service.ts';
import { type InputShape, SHAPES } from './constraints.ts';
import { listPage } from './list-page.ts';
import { describeGroup, describeSession, summarizeSession } from './output.ts';

/** An operation's input, its members by the model's names, after the check against the constraints. */
// biome-ignore lint/suspicious/noExplicitAny: the constraints, not the compiler, say what an input holds
export type Input = Readonly<Record<string, any>>;

export interface OperationContext {
  service: GameLiftStreams;
  settings: () => Settings;
  clock: Clock;
  clientTokens: ClientTokens;
  adminShells: AdminShells;
}

/** One operation. To add one, add an entry to `OPERATION_SPECS`. */
export interface OperationSpec {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path, with labels in braces named like the input's members. */
  path: string;
  /** Members that travel in the query string. */
  query?: readonly string[];
  input: InputShape;
  successStatus: number;
  /** The ARNs that a policy must allow. The input is not checked yet. */
  resources(input: Input, context: OperationContext): readonly string[];
  /** What the conditions of a policy are compared with. The input is not checked yet. */
  conditionKeys?(input: Input): Readonly<Record<string, string>> | undefined;
  /** A permission of another service that the caller needs as well: AWS uses the caller's credentials there. */
  alsoNeeds?(input: Input, context: OperationContext): Omit<Authorization, 'principal'> | undefined;
  run(input: Input, context: OperationContext): Promise<object | undefined>;
}

const { Identifier } = SHAPES;
const session = { Identifier, StreamSessionIdentifier: Identifier };
const listQuery = ['Status', 'ExportFilesStatus', 'NextToken', 'MaxResults'] as const;
const listMembers = {
  Status: SHAPES.StreamSessionStatus,
  ExportFilesStatus: SHAPES.ExportFilesStatus,
  NextToken: SHAPES.NextToken,
  MaxResults: SHAPES.MaxResults,
};

const groupArn: OperationSpec['resources'] = ({ Identifier: identifier }, { service }) => [
  service.arn(service.resource('streamgroup', String(identifier))),
];

/** Defaults of the API reference. */
const CONNECTION_TIMEOUT_SECONDS = 120;
const SESSION_LENGTH_SECONDS = 43_200;

/** Source of methods, paths, statuses, constraints and resources: API model and service authorization reference. */
export const OPERATION_SPECS: Readonly<Record<Operation, OperationSpec>> = {
  StartStreamSession: {
    method: 'POST',
    path: '/streamgroups/{Identifier}/streamsessions',
    successStatus: 201,
    input: {
      members: {
        ClientToken: SHAPES.ClientToken,
        Description: SHAPES.Description,
        Identifier,
        Protocol: SHAPES.Protocol,
        SignalRequest: SHAPES.SignalRequest,
        ApplicationIdentifier: Identifier,
        UserId: SHAPES.UserId,
        Locations: SHAPES.LocationList,
        ConnectionTimeoutSeconds: SHAPES.ConnectionTimeoutSeconds,
        SessionLengthSeconds: SHAPES.SessionLengthSeconds,
        AdditionalLaunchArgs: SHAPES.GameLaunchArgList,
        AdditionalEnvironmentVariables: SHAPES.EnvironmentVariables,
        PerformanceStatsConfiguration: SHAPES.PerformanceStatsConfiguration,
        RoleArn: SHAPES.RoleArn,
        DisplayConfiguration: SHAPES.DisplayConfiguration,
      },
      required: ['Identifier', 'Protocol', 'SignalRequest', 'ApplicationIdentifier'],
    },
    resources: (input, context) =>
      context.settings().authorizeApplicationOnStart && typeof input.ApplicationIdentifier === 'string'
        ? [
            ...groupArn(input, context),
            context.service.arn(context.service.resource('application', input.ApplicationIdentifier)),
          ]
        : groupArn(input, context),
    conditionKeys: ({ RoleArn }) =>
      typeof RoleArn === 'string' ? { 'gameliftstreams:RoleArn': RoleArn } : undefined,
    // Whoever starts a game with a role hands that role to the service.
    alsoNeeds: ({ RoleArn }) =>
      typeof RoleArn === 'string'
        ? {
            action: 'iam:PassRole',
            resources: [RoleArn],
            context: { 'iam:PassedToService': 'gameliftstreams.amazonaws.com' },
          }
        : undefined,
    run: ({ ClientToken, ...parameters }, { service, clientTokens }) =>
      clientTokens.run({
        operation: 'StartStreamSession',
        clientToken: ClientToken,
        parameters,
        act: async () => {
          const request = {
            ...parameters,
            ConnectionTimeoutSeconds: parameters.ConnectionTimeoutSeconds ?? CONNECTION_TIMEOUT_SECONDS,
            SessionLengthSeconds: parameters.SessionLengthSeconds ?? SESSION_LENGTH_SECONDS,
          } as StartRequest;
          return describeSession(service.start(parameters.Identifier, request));
        },
      }),
  },

  GetStreamSession: {
    method: 'GET',
    path: '/streamgroups/{Identifier}/streamsessions/{StreamSessionIdentifier}',
    successStatus: 200,
    input: { members: session, required: ['Identifier', 'StreamSessionIdentifier'] },
    resources: groupArn,
    run: async (input, { service }) =>
      describeSession(service.session(input.Identifier, input.StreamSessionIdentifier)),
  },

  ListStreamSessions: {
    method: 'GET',
    path: '/streamgroups/{Identifier}/streamsessions',
    query: listQuery,
    successStatus: 200,
    input: { members: { ...listMembers, Identifier }, required: ['Identifier'] },
    resources: groupArn,
    run: async (input, { service, settings, clock }) => {
      const group = service.group(input.Identifier);
      const sessions = service.list().filter(({ context }) => context.streamGroupId === group.id);
      return listPage(sessions, input, { ...settings(), now: clock.now() }, summarizeSession);
    },
  },

  ListStreamSessionsByAccount: {
    method: 'GET',
    path: '/streamsessions',
    query: listQuery,
    successStatus: 200,
    input: { members: listMembers, required: [] },
    resources: () => ['*'],
    run: async (input, { service, settings, clock }) =>
      listPage(service.list(), input, { ...settings(), now: clock.now() }, summarizeSession),
  },

  TerminateStreamSession: {
    method: 'DELETE',
    path: '/streamgroups/{Identifier}/streamsessions/{StreamSessionIdentifier}',
    successStatus: 204,
    input: { members: session, required: ['Identifier', 'StreamSessionIdentifier'] },
    resources: groupArn,
    run: async (input, { service, settings }) => {
      const target = service.session(input.Identifier, input.StreamSessionIdentifier);
      const { status } = target.life;
      const { terminateWhileActivating, terminateWhenFinished } = settings();
      const refusal =
        status === 'ACTIVATING'
          ? terminateWhileActivating
          : isFinished(target.life)
            ? terminateWhenFinished
            : 'accept';
      if (refusal !== 'accept') {
        throw new ServiceError(
          refusal,
          `Stream session ${target.context.id} is ${status}: it cannot be terminated.`,
        );
      }
      target.dispatch({ type: 'terminate' });
      return undefined;
    },
  },

  CreateStreamSessionConnection: {
    method: 'POST',
    path: '/streamgroups/{Identifier}/streamsessions/{StreamSessionIdentifier}/connections',
    successStatus: 200,
    input: {
      members: { ClientToken: SHAPES.ClientToken, ...session, SignalRequest: SHAPES.SignalRequest },
      required: ['Identifier', 'StreamSessionIdentifier', 'SignalRequest'],
    },
    resources: groupArn,
    run: ({ ClientToken, ...parameters }, { service, clientTokens }) => {
      const act = async () => {
        const target = service.session(parameters.Identifier, parameters.StreamSessionIdentifier);
        service.requireActive(service.group(parameters.Identifier));
        return { SignalResponse: await target.connect(parameters.SignalRequest) };
      };
      return clientTokens.run({
        operation: 'CreateStreamSessionConnection',
        clientToken: ClientToken,
        parameters,
        act,
        again: act,
      });
    },
  },

  CreateStreamSessionAdminShell: {
    method: 'POST',
    path: '/streamgroups/{Identifier}/streamsessions/{StreamSessionIdentifier}/access',
    successStatus: 200,
    input: { members: session, required: ['Identifier', 'StreamSessionIdentifier'] },
    resources: groupArn,
    run: async (input, { service, adminShells }) =>
      adminShells.issue(service.session(input.Identifier, input.StreamSessionIdentifier)),
  },

  ExportStreamSessionFiles: {
    method: 'PUT',
    path: '/streamgroups/{Identifier}/streamsessions/{StreamSessionIdentifier}/exportfiles',
    successStatus: 200,
    input: {
      members: { ...session, OutputUri: SHAPES.OutputUri },
      required: ['Identifier', 'StreamSessionIdentifier', 'OutputUri'],
    },
    resources: groupArn,
    alsoNeeds: ({ OutputUri }, { settings }) =>
      settings().authorizeBucketOnExport && typeof OutputUri === 'string'
        ? { action: 's3:PutObject', resources: [exportedObjectArn(OutputUri)] }
        : undefined,
    run: async (input, { service, settings }) => {
      const target = service.session(input.Identifier, input.StreamSessionIdentifier);
      requestExport(target, input.OutputUri, settings());
      return {};
    },
  },

  GetStreamGroup: {
    method: 'GET',
    path: '/streamgroups/{Identifier}',
    successStatus: 200,
    input: { members: { Identifier }, required: ['Identifier'] },
    resources: groupArn,
    run: async (input, { service }) => describeGroup(service, service.group(input.Identifier)),
  },
};

/** A query string has text values. Turns the members that are numbers into numbers. */
export function fromQuery(name: string, value: string): unknown {
  return name === 'MaxResults' && /^-?\d+$/.test(value) ? Number(value) : value;
}
