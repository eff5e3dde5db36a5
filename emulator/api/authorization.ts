/** One permission that a call needs. */
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
