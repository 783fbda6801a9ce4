/** A message as the lanes know it. */
export interface InHand {
  /** Of this receive. */
  readonly id: string;
  readonly lane: string;
  /** Whose message it is. Those of one company go one after the other. */
  readonly company: string;
  /** The DPS number, by which a company's messages are in order. */
  readonly number: number;
}

interface Company<T> {
  /** By number, and those of one number as they came. */
  readonly waiting: T[];
  running: number;
  lastBegun: number;
}

/** The messages of one lane that wait, company by company. */
export interface CompanyQueues<T extends InHand> {
  readonly size: number;
  add(message: T): void;
  /**
   * The next message, of the company that was served longest ago among those whose turn it is. A company's turn comes when its
   * message before has ended, or has taken longer than `orderMs`: a slow answer holds up nobody, not even its own company.
   *
   * @returns the message, now running; or when to ask again, if a company only waits for its own
   */
  begin(now: number): { readonly message: T } | { readonly again: number };
  ended(message: T): void;
  /** @returns whether the message still waited */
  remove(message: T): boolean;
  [Symbol.iterator](): Iterator<T>;
}

export function companyQueues<T extends InHand>(orderMs: number): CompanyQueues<T> {
  const companies = new Map<string, Company<T>>();
  let size = 0;

  const free = ({ running, lastBegun }: Company<T>) => (running === 0 ? 0 : lastBegun + orderMs);
  const forget = (name: string, company: Company<T>) => {
    if (company.waiting.length === 0 && company.running === 0) companies.delete(name);
  };

  return {
    get size() {
      return size;
    },
    add(message) {
      const company = companies.get(message.company) ?? { waiting: [], running: 0, lastBegun: 0 };
      companies.set(message.company, company);
      const place = company.waiting.findIndex(({ number }) => number > message.number);
      company.waiting.splice(place === -1 ? company.waiting.length : place, 0, message);
      size++;
    },
    begin(now) {
      let again = Number.POSITIVE_INFINITY;
      for (const [name, company] of companies) {
        const [message] = company.waiting;
        if (!message) continue;
        if (free(company) > now) {
          again = Math.min(again, free(company));
          continue;
        }
        company.waiting.shift();
        company.running++;
        company.lastBegun = now;
        companies.delete(name); // to the end: the others come first next time
        companies.set(name, company);
        size--;
        return { message };
      }
      return { again };
    },
    ended({ company: name }) {
      const company = companies.get(name);
      if (!company) return;
      company.running--;
      forget(name, company);
    },
    remove(message) {
      const company = companies.get(message.company);
      const place = company?.waiting.indexOf(message) ?? -1;
      if (!company || place === -1) return false;
      company.waiting.splice(place, 1);
      size--;
      forget(message.company, company);
      return true;
    },
    *[Symbol.iterator]() {
      for (const { waiting } of companies.values()) yield* waiting;
    },
  };
}
