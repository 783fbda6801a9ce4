import type { OperationDeps } from './declarations.ts';
import { rpsName } from './register.ts';

/**
 * For tests and demonstrations: what the city halls hold, how often they were asked, and an outage for everybody.
 *
 * @returns what to answer as JSON, or `undefined` for a call that there is not
 */
export function control(deps: OperationDeps, method: string, url: URL, body: string): unknown {
  const { register, calls, outages } = deps;
  switch (`${method} ${url.pathname}`) {
    case 'GET /control/notes':
      return register.notes().map((note) => ({
        rps: rpsName(note),
        nfseNumber: note.nfseNumber,
        cancelled: register.cancellation(note.city, note.company, note.nfseNumber) !== undefined,
      }));
    case 'GET /control/calls': {
      const rps = url.searchParams.get('rps');
      if (rps === null) return [...calls].map(([name, asked]) => ({ rps: name, ...asked }));
      return { rps, ...(calls.get(rps) ?? { posts: 0, lookups: 0 }) };
    }
    case 'POST /control/down': {
      const seconds = Number(/"seconds"\s*:\s*(\d+)/.exec(body)?.[1]);
      if (Number.isNaN(seconds)) return undefined;
      outages.begin(seconds);
      return { downForSeconds: seconds };
    }
    default:
      return undefined;
  }
}
