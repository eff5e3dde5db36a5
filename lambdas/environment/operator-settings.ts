import { requireEnv } from './settings.ts';

/** What `cdk deploy` hands the operator API's functions in `SETTINGS`. */
export interface OperatorSettings {
  streamGroups: {
    id: string;
    /** The Region whose endpoint is called: the group's primary location. */
    region: string;
  }[];
  /** Who is let in; see `operatorEntry`. */
  operators: string[];
  /** Admin shells a minute, and as many of each other use: of one entry of `operators`, and of all together. */
  adminShell: { perOperatorPerMinute: number; perMinute: number };
  /** The S3 bucket that files are exported to. Without it there is no such function. */
  exportBucket?: string;
  /** After how many days DynamoDB deletes a record of the audit. Without it, none is deleted. */
  auditRetentionDays?: number;
}

/** The deployment's settings. Validated when the deployment was synthesized, so only parsed here. */
export function readOperatorSettings(): OperatorSettings {
  return JSON.parse(requireEnv('SETTINGS')) as OperatorSettings;
}
