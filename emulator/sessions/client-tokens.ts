import { createHash } from 'node:crypto';
import { ServiceError } from '../model/errors.ts';

/** JSON with sorted keys: equal for the same parameters in another order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${stable(member)}`)
    .join(',')}}`;
}

interface Entry {
  fingerprint: string;
  answer: Promise<unknown>;
  expiresAt: number;
}

export interface IdempotentCall<T> {
  operation: string;
  clientToken: string | undefined;
  /** Everything the call asks for, without its client token. */
  parameters: unknown;
  act: () => Promise<T>;
  /** Decides a repeated call anew when answers are not repeated; absent: it is refused. */
  again?: () => Promise<T>;
}

export interface ClientTokens {
  /**
   * Runs a call at most once per client token. A call that fails does not consume its token.
   * @throws ServiceError ConflictException for a known token with other parameters
   */
  run<T>(call: IdempotentCall<T>): Promise<T>;
}

export interface ClientTokenRules {
  retentionSeconds: number;
  repeatAnswer: boolean;
}

/** The memory behind idempotent calls. */
export function createClientTokens(
  rules: () => ClientTokenRules,
  now: () => number = Date.now,
): ClientTokens {
  const entries = new Map<string, Entry>();

  function forgetExpired() {
    for (const [key, entry] of entries) {
      if (entry.expiresAt > now()) return;
      entries.delete(key);
    }
  }

  function remember<T>(key: string, fingerprint: string, answer: Promise<T>): Promise<T> {
    const entry = { fingerprint, answer, expiresAt: now() + rules().retentionSeconds * 1000 };
    entries.delete(key);
    entries.set(key, entry);
    answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return answer;
  }

  return {
    run: async <T>({ operation, clientToken, parameters, act, again }: IdempotentCall<T>): Promise<T> => {
      if (clientToken === undefined) return act();
      forgetExpired();
      const key = `${operation} ${clientToken}`;
      const fingerprint = createHash('sha256').update(stable(parameters)).digest('base64');
      const known = entries.get(key);
      if (!known || known.expiresAt <= now()) return remember(key, fingerprint, act());
      if (known.fingerprint !== fingerprint) {
        throw new ServiceError(
          'ConflictException',
          'The client token was already used with other parameters.',
        );
      }
      if (rules().repeatAnswer) return known.answer as Promise<T>;
      if (again) return again();
      throw new ServiceError('ConflictException', 'The client token was already used.');
    },
  };
}
