/** What the OpenID server wants kept about one thing of its own: a session, an interaction, a code, a grant. */
interface Kept {
  readonly uid?: string;
  readonly grantId?: string;
  readonly consumed?: number;
}

const LIMIT = 5_000;

/**
 * Keeps the sign-ins in progress in memory: after a restart people sign in again. Access tokens are not among them, they are
 * proven by their signature alone.
 *
 * @param now milliseconds
 * @returns the adapter of one kind of thing by its name
 */
export function sessionStore(now: () => number) {
  const store = new Map<string, { readonly value: Kept; readonly expiresAt: number }>();

  function read(key: string): Kept | undefined {
    const entry = store.get(key);
    if (entry && entry.expiresAt > now()) return entry.value;
    store.delete(key);
    return undefined;
  }

  function write(key: string, value: Kept, expiresAt: number): void {
    store.delete(key);
    store.set(key, { value, expiresAt });
    for (const oldest of store.keys()) {
      if (store.size <= LIMIT) break;
      store.delete(oldest);
    }
  }

  return (kind: string) => {
    const keyOf = (id: string) => `${kind}:${id}`;
    return {
      upsert: async (id: string, value: Kept, expiresInSeconds: number) =>
        write(keyOf(id), value, now() + expiresInSeconds * 1_000),
      find: async (id: string) => read(keyOf(id)),
      findByUid: async (uid: string) => {
        for (const [key, { value }] of store) if (value.uid === uid && key.startsWith(keyOf(''))) return read(key);
        return undefined;
      },
      findByUserCode: async () => undefined,
      destroy: async (id: string) => {
        store.delete(keyOf(id));
      },
      consume: async (id: string) => {
        const entry = store.get(keyOf(id));
        if (entry) store.set(keyOf(id), { ...entry, value: { ...entry.value, consumed: Math.floor(now() / 1_000) } });
      },
      revokeByGrantId: async (grantId: string) => {
        for (const [key, { value }] of store) if (value.grantId === grantId) store.delete(key);
      },
    };
  };
}
