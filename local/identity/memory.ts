import type { Adapter, AdapterPayload } from 'oidc-provider';

/** A map drops its expired entries each time it has grown by this many, so that abandoned sign-ins don't pile up. */
const SWEEP_EVERY = 1000;

interface Entry {
  payload: AdapterPayload;
  expiresAtMs: number;
}

/**
 * The provider's storage: one map a model, in this process alone. The adapter of oidc-provider keeps only the last
 * thousand entries, and all providers of a process share them.
 */
export function createMemoryStorage(now: () => number = Date.now): (model: string) => Adapter {
  const models = new Map<string, Map<string, Entry>>();

  return (model) => {
    const entries = models.get(model) ?? new Map<string, Entry>();
    models.set(model, entries);
    let sinceSweep = 0;

    const live = (id: string): AdapterPayload | undefined => {
      const entry = entries.get(id);
      if (entry === undefined) return undefined;
      if (entry.expiresAtMs > now()) return entry.payload;
      entries.delete(id);
      return undefined;
    };
    const findWhere = (matches: (payload: AdapterPayload) => boolean) => {
      for (const [id, { payload }] of entries) if (matches(payload)) return live(id);
      return undefined;
    };

    return {
      async upsert(id, payload, expiresIn) {
        entries.set(id, {
          payload,
          expiresAtMs: expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + expiresIn * 1000,
        });
        sinceSweep += 1;
        if (sinceSweep < SWEEP_EVERY) return;
        sinceSweep = 0;
        for (const known of [...entries.keys()]) live(known);
      },
      async find(id) {
        return live(id);
      },
      async findByUid(uid) {
        return findWhere((payload) => payload.uid === uid);
      },
      async findByUserCode() {
        // The device flow is off.
        return undefined;
      },
      async consume(id) {
        const payload = live(id);
        if (payload !== undefined) payload.consumed = Math.floor(now() / 1000);
      },
      async destroy(id) {
        entries.delete(id);
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
      },
    };
  };
}
