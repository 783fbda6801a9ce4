/** A step of the outside world that a process waits for: just before it happens, or after it happened and before anybody heard. */
export type Moment = `${'before' | 'after'} ${string}`;

/** How a process ended. */
export type Life<T> = { readonly died: false; readonly value: T } | { readonly died: true; readonly at: Moment };

/** Makes the functions of a port deadly. The name is for the moments: `events.append`. */
export type Mortal = <Port extends object>(name: string, port: Port) => Port;

export interface Mortality {
  /** All moments so far, of all lives, in order. */
  readonly moments: readonly Moment[];
  /** Ends whoever reaches the moment that comes after so many others from now on. */
  strikeIn(moments: number): void;
  /** Lets everybody live. */
  spare(): void;
  /**
   * Runs a process. When its moment comes it is gone as by SIGKILL: no error reaches its code, nothing of it runs any more, and
   * what it had asked of the outside world happens all the same.
   */
  live<T>(process: (mortal: Mortal) => Promise<T>): Promise<Life<T>>;
}

/**
 * Counts the moments of every process that lives by it, and ends whoever reaches one of those named.
 *
 * @param deaths numbers of moments, from 0, counted over all lives
 */
export function mortality(...deaths: readonly number[]): Mortality {
  const moments: Moment[] = [];
  const struck = new Set(deaths);
  return {
    moments,
    strikeIn: (later) => void struck.add(moments.length + later),
    spare: () => struck.clear(),
    async live(process) {
      let dead = false;
      let die: (life: Life<never>) => void = () => undefined;
      const death = new Promise<Life<never>>((resolve) => {
        die = resolve;
      });
      /** Whether the process may go on. */
      const passes = (moment: Moment): boolean => {
        if (dead) return false;
        dead = struck.has(moments.push(moment) - 1);
        if (dead) die({ died: true, at: moment });
        return !dead;
      };
      const deadly =
        (name: string, act: (...args: readonly unknown[]) => unknown) =>
        async (...args: readonly unknown[]): Promise<unknown> => {
          if (!passes(`before ${name}`)) return never();
          try {
            return await act(...args);
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: a process that is gone hears neither the answer nor the error
            if (!passes(`after ${name}`)) return never();
          }
        };
      const mortal: Mortal = (name, port) =>
        (typeof port === 'function'
          ? deadly(name, port as never)
          : Object.fromEntries(
              Object.entries(port).map(([verb, act]) => [verb, deadly(`${name}.${verb}`, act)]),
            )) as typeof port;
      return Promise.race([death, process(mortal).then((value) => ({ died: false, value }) as const)]);
    },
  };
}

/** A new one each time: one that all waited for would keep every process that ever died in memory. */
const never = () => new Promise<never>(() => undefined);
