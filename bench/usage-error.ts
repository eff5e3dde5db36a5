/** Wrong arguments. The message is one sentence that says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
