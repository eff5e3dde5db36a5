/**
 * Rules for the value of a single setting. Each is a pure predicate. `schema.ts` has the sentence that tells a deployer what to
 * write instead.
 */

/** How the CDK writes a value that CloudFormation fills in. */
export const token = /\$\{Token\[[\w.:-]+\]\}/;

/**
 * Whether CloudFormation fills in a part of the value. The CDK writes such a value as a token: `${Token[TOKEN.12]}`. Only an app of
 * one's own has any, where the ARN of a resource is one.
 */
export function hasToken(value: unknown): boolean {
  return typeof value === 'string' && token.test(value);
}

/** `connectionTimeoutSeconds` and `sessionLengthSeconds` where a stream group has none: AWS's own defaults. */
export const defaultConnectionTimeout = 120;
export const defaultSessionLength = 43_200;

/** Hosts of this machine. Plain http is safe there during development, and nowhere else. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The retention periods that CloudWatch Logs accepts, in days (PutRetentionPolicy). */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

function parseUrl(value: string): URL | undefined {
  // The URL parser ignores surrounding white space and control characters; a later exact comparison does not.
  return /^[\x21-\x7e]+$/.test(value) && URL.canParse(value) ? new URL(value) : undefined;
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

/** API Gateway's quota "Audiences per JWT authorizer". */
export const mostAudiences = 50;

/** The form of a Region's name. Whether GameLift Streams is there, `region-checks.ts` looks up. */
export function isRegion(value: string): boolean {
  return /^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/.test(value);
}

/** The id of a stream group or an application. */
export function isAwsId(value: string): boolean {
  return /^[a-zA-Z0-9-]{1,32}$/.test(value);
}

/** A role that StartStreamSession takes as `RoleArn`: AWS asks for the beginning of its name, after any path. */
export function isGameRole(value: string): boolean {
  const arn = /^arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/.exec(value);
  return value.length <= 2048 && arn?.[1]?.startsWith('GameLiftStreams-') === true;
}

/** A location of a stream group (StartStreamSession, `Locations`). */
export function isLocation(value: string): boolean {
  return /^[a-zA-Z0-9-]{1,20}$/.test(value);
}

/** An OIDC issuer identifier: https without query or fragment (OpenID Connect Discovery 1.0, section 3). */
export function isIssuer(value: string): boolean {
  const url = parseUrl(value);
  return (
    url !== undefined && isSecure(url) && !/[?#]/.test(value) && url.username === '' && url.password === ''
  );
}

/** An origin exactly as a browser sends it in `Origin`: lower case, no default port, no path, no trailing slash. */
export function isOrigin(value: string): boolean {
  const url = parseUrl(value);
  return url !== undefined && isSecure(url) && url.origin === value && !value.includes('*');
}

/** A URL that Cognito may redirect a browser to: absolute, https or loopback, no fragment. */
export function isRedirectUrl(value: string): boolean {
  const url = parseUrl(value);
  return (
    url !== undefined && isSecure(url) && !/[#*]/.test(value) && url.username === '' && url.password === ''
  );
}

/** A page for people, to which a #fragment can be added: https. An alarm's description has room for 1,024 characters. */
export function isPageUrl(value: string): boolean {
  return value.length <= 500 && value.startsWith('https://') && isRedirectUrl(value);
}

/** A prefix of a Cognito hosted domain. Cognito reserves three words (CreateUserPoolDomain). */
export function isDomainPrefix(value: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value) && !/aws|amazon|cognito/.test(value);
}

/** A host name with a dot, in lower case (API Gateway refuses upper case in a custom domain). */
export function isHostName(value: string): boolean {
  return (
    value.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(value)
  );
}

/** The ARN of a certificate in AWS Certificate Manager. */
export function isCertificateArn(value: string): boolean {
  return /^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate\/[a-zA-Z0-9-]+$/.test(value);
}

/** Tags that every AWS service accepts. AWS allows 50 for a resource, and CloudFormation adds its own. */
export function areTags(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const tags = Object.entries(value);
  const fits = (text: unknown, min: number, max: number) =>
    typeof text === 'string' &&
    text.length >= min &&
    text.length <= max &&
    /^[\p{L}\p{N} _.:/=+\-@]*$/u.test(text);
  return (
    tags.length <= 40 &&
    tags.every(([name, text]) => fits(name, 1, 128) && fits(text, 0, 256) && !/^aws:/i.test(name))
  );
}

/** An e-mail address that a message can come from: ASCII, with a host name in lower case. */
export function isEmailAddress(value: string): boolean {
  const [, host = ''] = /^[A-Za-z0-9._%+-]{1,64}@(.+)$/.exec(value) ?? [];
  return isHostName(host);
}

/** One OAuth scope token (RFC 6749, section 3.3). A space would make two scopes of it, and API Gateway would accept either. */
export function isScope(value: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(value);
}

/** The ARN of an SNS topic. */
export function isTopicArn(value: string): boolean {
  return /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_-]{1,256}$/.test(value);
}

/** The name of a general purpose bucket (S3 user guide, "Bucket naming rules"), without the reserved prefixes and suffixes. */
export function isBucketName(value: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(
      value,
    )
  );
}

/**
 * A caller of the operator API, as API Gateway names it: an IAM user, one session of a role, or every session of a role with
 * `/*` at the end. The ARN of a role session has the role's name without its path (IAM User Guide, "IAM identifiers").
 */
export function isOperator(value: string): boolean {
  return (
    /^arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role\/[\w+=,.@-]{1,64}\/(?:\*|[\w+=,.@-]{2,64})$/.test(value) ||
    (/^arn:aws[a-z-]*:iam::[0-9]{12}:user\/(?:[\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/.test(value) &&
      !/[*?]/.test(value))
  );
}
