import type { EmulatorSettings } from './settings.ts';

/** A stream group as it begins. */
export interface EmulatorStreamGroup {
  id: string;
  /** Ids of the associated applications, the default one first. */
  applications: readonly string[];
  /** Location names; the first is the primary one. */
  locations: readonly string[];
  /** How many sessions it can stream at once; absent: as many as are started. */
  capacity?: number;
  /** A status of StreamGroupStatus; ACTIVE when absent. */
  status?: string;
}

/** A caller: its name for policies and the record of calls, and the key with which it signs. */
export interface EmulatorPrincipal {
  name: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A verified call, for whoever decides whether it is allowed. */
export interface Authorization {
  /** The principal's name. */
  principal: string;
  /** Such as `gameliftstreams:StartStreamSession`. */
  action: string;
  /** ARNs, every one of which must be allowed, or `*` alone. */
  resources: readonly string[];
  /** What the conditions of a policy are compared with, by condition key. */
  context?: Readonly<Record<string, string>>;
}

export interface EmulatorOptions {
  /** A free one when absent, or 0. */
  port?: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** The IPv4 address of this machine that clients send media to; absent: 127.0.0.1. What other machines send there is ignored. */
  mediaAddress?: string | undefined;
  /** The Region that requests are signed for; us-west-2 when absent. */
  region?: string;
  /** 123456789012 when absent. */
  accountId?: string;
  /** One stream group with one application when absent, see `Emulator`. */
  streamGroups?: readonly EmulatorStreamGroup[];
  /** One principal when absent, see `Emulator`. */
  principals?: readonly EmulatorPrincipal[];
  /** Decides each verified call; absent: all are allowed. A call that is not allowed gets AccessDeniedException. */
  authorize?: (call: Authorization) => boolean;
  settings?: Partial<EmulatorSettings>;
  /** `manual`: time stands still until `advance`, so that a test decides when a session becomes ACTIVE, or ends. `machine` when absent. */
  clock?: 'machine' | 'manual';
  /** Origins of web pages that may use the control API, such as `http://127.0.0.1:4560`. */
  controlOrigins?: readonly string[];
  /** Random numbers for faults and bad networks, from 0 to below 1. Math.random when absent. */
  random?: () => number;
}
