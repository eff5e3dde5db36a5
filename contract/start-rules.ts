/** The rules of the setting `start`, as the functions get them. */

/** The name of a claim, or the names on the way to it. */
export type ClaimName = string | readonly string[];

/** What a claim is compared with. Types count: the text `"1"` is not the number 1. */
export type ClaimValue = string | number | boolean;

/** One condition on a claim of the access token. It has exactly one of the three comparisons. */
export interface Condition {
  readonly claim: ClaimName;
  readonly equals?: ClaimValue | undefined;
  /** The claim is a list, and this is one of its elements. */
  readonly contains?: ClaimValue | undefined;
  /** Whether the token has the claim, with any value but null. */
  readonly present?: boolean | undefined;
}

/** What a rule gives. A limit that it does not name is the stream group's. */
export interface Given {
  readonly additionalEnvironmentVariables?: Readonly<Record<string, string>> | undefined;
  readonly additionalLaunchArgs?: readonly string[] | undefined;
  readonly sessionLengthSeconds?: number | undefined;
  readonly connectionTimeoutSeconds?: number | undefined;
  readonly applications?: readonly string[] | undefined;
  readonly locations?: readonly string[] | undefined;
}

/** All conditions must hold. Without conditions a rule fits everybody. */
export interface StartRule {
  readonly when: readonly Condition[];
  readonly give: Given;
}
