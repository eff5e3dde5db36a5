/** The settings of one deployment: checked, complete and frozen. */
import type * as z from 'zod';
import { problemsTogether } from './cross-checks.ts';
import { issueLines, pathText, problemLine, SettingsError } from './errors.ts';
import { settingsSchema } from './schema.ts';

/** What a deployer may write: `streamGroups` is all that is required. */
export type SettingsInput = z.input<typeof settingsSchema>;

type Written = z.output<typeof settingsSchema>;
type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** An OpenID provider that exists already. */
interface OidcIdentity {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scope: string;
}

/** A Cognito user pool that the deployment creates. */
export interface CognitoIdentity {
  readonly cognito: {
    readonly callbackUrls: readonly string[];
    readonly logoutUrls: readonly string[];
    /** Named after stack and account when absent. */
    readonly domainPrefix?: string | undefined;
    readonly selfSignUp: boolean;
  };
}

export interface StreamGroupSettings {
  readonly id: string;
  readonly region: string;
  readonly applications: readonly string[];
  readonly locations: readonly string[];
  readonly connectionTimeoutSeconds: number;
  readonly sessionLengthSeconds: number;
}

/** Settings with every default filled in. They are valid input again, and parse to themselves. */
export type Settings = Immutable<Omit<Written, 'streamGroups' | 'identity'>> & {
  readonly streamGroups: readonly StreamGroupSettings[];
  readonly identity: OidcIdentity | CognitoIdentity;
};

/** The scope of the resource server that we create with a user pool, and the default for an existing provider. */
export const defaultScope = 'rejoin/play';

/** Cognito insists on an address to return to; this one lets a developer try the sign-in before a page exists. */
const developerPage = 'http://localhost:3000/';

function identityOf({ identity, webOrigins }: Written): OidcIdentity | CognitoIdentity {
  if (identity?.issuer !== undefined && identity.audience !== undefined) {
    const { issuer, audience, scope = defaultScope } = identity;
    return { issuer, audience, scope };
  }
  const pages = webOrigins.length > 0 ? webOrigins.map((origin) => `${origin}/`) : [developerPage];
  const {
    callbackUrls = pages,
    logoutUrls = pages,
    domainPrefix,
    selfSignUp = false,
  } = identity?.cognito ?? {};
  return {
    cognito: {
      callbackUrls,
      logoutUrls,
      selfSignUp,
      ...(domainPrefix === undefined ? {} : { domainPrefix }),
    },
  };
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}

/**
 * Checks what a deployer wrote and fills in the defaults.
 *
 * @param input parsed JSON of any shape; it is not changed
 * @throws {SettingsError} naming everything that is wrong at once, one line each
 */
export function parseSettings(input: unknown): Settings {
  const result = settingsSchema.safeParse(input);
  const issues = result.error?.issues ?? [];
  const reported = new Set(issues.map((issue) => pathText(issue.path)));
  const together = problemsTogether(input).filter((problem) => !reported.has(pathText(problem.path)));
  const lines = [...issueLines(input, issues), ...together.map((problem) => problemLine(input, problem))];
  if (!result.success || lines.length > 0) throw new SettingsError([...new Set(lines)]);
  const written = result.data;
  const streamGroups = written.streamGroups.map((group) => ({
    ...group,
    locations: group.locations ?? [group.region],
  }));
  return freeze({ ...written, streamGroups, identity: identityOf(written) });
}
