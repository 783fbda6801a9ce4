import type { PGlite } from '@electric-sql/pglite';

/** First bytes of the messages that end an exchange: a simple query, a sync, a function call. */
const ENDS = new Set(['Q', 'S', 'F'].map((letter) => letter.charCodeAt(0)));
/** Of those that stand in the middle of one: parse, bind, describe, execute, close, flush. */
const MIDDLE = new Set(['P', 'B', 'D', 'E', 'C', 'H'].map((letter) => letter.charCodeAt(0)));

/**
 * PGlite as its socket server is to see it. The server queues the messages of its connections one by one, and only keeps to one
 * connection while a transaction is open there. But they all share one backend, hence one unnamed statement and one unnamed portal:
 * between the parse of one connection and its bind another's parse would take the statement's place. So an exchange that has begun
 * counts as a transaction too.
 */
export function withUnbrokenExchanges(database: PGlite): PGlite {
  let begun = false;
  return new Proxy(database, {
    get(target, name) {
      if (name === 'isInTransaction') return () => begun || target.isInTransaction();
      if (name === 'execProtocolRawStream') {
        return (message: Uint8Array, options: Parameters<PGlite['execProtocolRawStream']>[1]) => {
          const [first = 0] = message;
          if (MIDDLE.has(first)) begun = true;
          if (ENDS.has(first)) begun = false;
          return target.execProtocolRawStream(message, options);
        };
      }
      if (name === 'exec') {
        return (...args: Parameters<PGlite['exec']>) => {
          // The server rolls back what a connection left open that went away.
          begun = false;
          return target.exec(...args);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
