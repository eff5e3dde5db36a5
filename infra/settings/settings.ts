/** The settings of one deployment: checked, complete and frozen. */
import type * as z from 'zod';
import { crossCheck } from './cross-checks.ts';
import { invalidLine, pathText, SettingsError, zodIssueLines } from './errors.ts';
import { cognitoSchema, settingsSchema } from './schema.ts';

/** The input of a deployer. Only `streamGroups` is required. */
export type SettingsInput = z.input<typeof settingsSchema>;

type ParsedInput = z.output<typeof settingsSchema>;
/** The same, where nothing can be changed. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** An existing OpenID provider. */
interface OidcIdentity {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scope: string;
}

type ParsedCognito = NonNullable<NonNullable<ParsedInput['identity']>['cognito']>;

/** A Cognito user pool that the deployment creates. By default `domainPrefix` is made of the stack's name and the account. */
export interface CognitoIdentity {
  readonly cognito: Immutable<Omit<ParsedCognito, 'callbackUrls' | 'logoutUrls'>> & {
    readonly callbackUrls: readonly string[];
    readonly logoutUrls: readonly string[];
  };
}

export interface StreamGroupSettings {
  readonly id: string;
  readonly region: string;
  readonly applications: readonly string[];
  readonly locations: readonly string[];
  readonly connectionTimeoutSeconds: number;
  readonly sessionLengthSeconds: number;
  readonly noticeSeconds?: number | undefined;
  readonly roleArn?: string | undefined;
}

/** Settings with all defaults. They are valid input again, and parse to themselves. */
export type Settings = Immutable<Omit<ParsedInput, 'streamGroups' | 'identity'>> & {
  readonly streamGroups: readonly StreamGroupSettings[];
  readonly identity: OidcIdentity | CognitoIdentity;
};

/** The scope of the resource server in our own user pool, and the default for an existing provider. */
export const defaultScope = 'rejoin/play';

/** Cognito requires a callback URL. With this one a developer can try the sign-in before there is a page. */
const developerPage = 'http://localhost:3000/';

function identityOf({ identity, webOrigins }: ParsedInput): OidcIdentity | CognitoIdentity {
  if (identity?.issuer !== undefined && identity.audience !== undefined) {
    const { issuer, audience, scope = defaultScope } = identity;
    return { issuer, audience, scope };
  }
  const pages = webOrigins.length > 0 ? webOrigins.map((origin) => `${origin}/`) : [developerPage];
  const { callbackUrls = pages, logoutUrls = pages, ...rest } = identity?.cognito ?? cognitoSchema.parse({});
  return { cognito: { callbackUrls, logoutUrls, ...rest } };
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}

/**
 * Checks the input of a deployer and fills in the defaults.
 *
 * @param input parsed JSON of any shape; it is not changed
 * @throws {SettingsError} naming every invalid setting at once, one line each
 */
export function parseSettings(input: unknown): Settings {
  const result = settingsSchema.safeParse(input);
  const issues = result.error?.issues ?? [];
  const reported = new Set(issues.map((issue) => pathText(issue.path)));
  const crossChecked = crossCheck(input).filter((invalid) => !reported.has(pathText(invalid.path)));
  const lines = [
    ...zodIssueLines(input, issues),
    ...crossChecked.map((invalid) => invalidLine(input, invalid)),
  ];
  if (!result.success || lines.length > 0) throw new SettingsError([...new Set(lines)]);
  const parsed = result.data;
  const streamGroups = parsed.streamGroups.map((group) => ({
    ...group,
    locations: group.locations ?? [group.region],
  }));
  return freeze({ ...parsed, streamGroups, identity: identityOf(parsed) });
}
