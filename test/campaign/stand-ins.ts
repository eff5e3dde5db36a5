/** Stand-ins for modules outside a sandbox's bundle: the SDK's clients, whose calls reach the campaign's table and AWS, and Powertools. */
import asyncHooks from 'node:async_hooks';
import buffer from 'node:buffer';
import crypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import stream from 'node:stream';
import zlib from 'node:zlib';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as gameliftstreams from '@aws-sdk/client-gameliftstreams';
import * as util from '@aws-sdk/util-dynamodb';
import type { Command } from './table.ts';

/** One metric value, as CloudWatch gets it. */
export interface CountedValue {
  name: string;
  value: number;
  outcome?: string;
}

/** What a sandbox provides for its function's calls and metrics. */
export interface SandboxServices {
  table(command: Command): Promise<unknown>;
  aws(command: Command, signal: AbortSignal): Promise<unknown>;
  count(value: CountedValue): void;
  newId(): string;
  timers: Record<string, unknown>;
}

/** The parts of an SDK that a function may use: commands and errors. Picked once, since each sandbox copies them. */
const usable = (sdk: object) =>
  Object.fromEntries(Object.entries(sdk).filter(([name]) => /(Command|Exception)$/.test(name)));
const [tableSdk, awsSdk, cryptoModule] = [
  usable(dynamodb),
  usable(gameliftstreams),
  { createHash: crypto.createHash },
];

function powertools(outside: SandboxServices): Record<string, Record<string, unknown>> {
  class Metrics {
    private outcome: string | undefined;
    addDimension(_name: string, value: string) {
      this.outcome = value;
      return this;
    }
    addMetric(name: string, _unit: string, value: number) {
      outside.count({ name, value, ...(this.outcome === undefined ? {} : { outcome: this.outcome }) });
      this.outcome = undefined;
      return this;
    }
    singleMetric() {
      return new Metrics();
    }
    hasStoredMetrics() {
      return false;
    }
  }
  class Logger {
    appendKeys() {}
    info() {}
    warn() {}
    error() {}
  }
  return {
    '@aws-lambda-powertools/logger': { Logger, LogFormatter: class {}, LogItem: class {} },
    '@aws-lambda-powertools/logger/middleware': { injectLambdaContext: () => ({ before() {} }) },
    '@aws-lambda-powertools/metrics': {
      Metrics,
      MetricUnit: { Count: 'Count', Milliseconds: 'Milliseconds' },
    },
  };
}

/** A sandbox's `require`. @throws Error for a module that the campaign does not know */
export function requireFor(outside: SandboxServices): (name: string) => unknown {
  const modules: Record<string, unknown> = {
    ...powertools(outside),
    '@aws-sdk/util-dynamodb': util,
    '@aws-sdk/client-dynamodb': {
      ...tableSdk,
      DynamoDBClient: class {
        send = (command: Command) => outside.table(command);
      },
    },
    '@aws-sdk/client-gameliftstreams': {
      ...awsSdk,
      GameLiftStreamsClient: class {
        send = (command: Command, { abortSignal }: { abortSignal: AbortSignal }) =>
          outside.aws(command, abortSignal);
      },
    },
    // The stand-ins for the SDK use no connection.
    'node:async_hooks': asyncHooks,
    'node:http': http,
    'node:https': https,
    'node:stream': stream,
    'node:buffer': buffer,
    'node:zlib': zlib,
    'node:timers': outside.timers,
    'node:crypto': { ...cryptoModule, randomUUID: outside.newId },
  };
  return (name) => {
    if (!Object.hasOwn(modules, name))
      throw new Error(`A function uses ${name}: give it to the campaign's sandboxes.`);
    return modules[name];
  };
}
