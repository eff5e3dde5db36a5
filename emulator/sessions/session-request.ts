import type { Clock } from '../model/clock.ts';
import type { Settings } from '../model/settings.ts';

/** The signal request of a session that is started before its client exists. */
export const NO_CLIENT_CONNECTION = 'NO_CLIENT_CONNECTION';

/** The input of StartStreamSession, checked, with its defaults. */
export interface SessionRequest {
  SignalRequest: string;
  ConnectionTimeoutSeconds: number;
  SessionLengthSeconds: number;
  Protocol: string;
  UserId?: string;
  Description?: string;
  RoleArn?: string;
  AdditionalLaunchArgs?: readonly string[];
  AdditionalEnvironmentVariables?: Readonly<Record<string, string>>;
  PerformanceStatsConfiguration?: { SharedWithClient?: boolean };
  DisplayConfiguration?: object;
}

/** What a stream session gets from its service. */
export interface SessionContext {
  id: string;
  arn: string;
  streamGroupId: string;
  location: string;
  applicationArn: string;
  webSdkProtocolUrl: string;
  /** The IPv4 address of this machine that clients send media to; absent: 127.0.0.1. */
  mediaAddress?: string | undefined;
  settings: () => Settings;
  clock: Clock;
  random: () => number;
  /** Called once, when the session has ended and holds no capacity any more. */
  onFinished: () => void;
}
