import { join } from 'node:path';
import { forgetfulJournal, type Journal, openJournal } from './journal.ts';

export interface StoredNote {
  readonly kind: 'note';
  readonly dpsId: string;
  readonly accessKey: string;
  readonly nfseNumber: number;
  readonly company: string;
  readonly reference: string | undefined;
  readonly xml: string;
}

export interface StoredEvent {
  readonly kind: 'event';
  readonly accessKey: string;
  readonly type: string;
  readonly xml: string;
}

/** A declaration whose one-time misbehaviour has been shown. */
interface Misbehaved {
  readonly kind: 'misbehaved';
  readonly dpsId: string;
}

type Entry = StoredNote | StoredEvent | Misbehaved;

/** All the stand-in remembers. Reads are from memory; each write resolves when it is on the disk. */
export interface Notes {
  byDps(dpsId: string): StoredNote | undefined;
  byKey(accessKey: string): StoredNote | undefined;
  event(accessKey: string, type: string): StoredEvent | undefined;
  all(): readonly StoredNote[];
  /** The next number of this company's notes; taken at once, so that two declarations never share one. */
  takeNumber(company: string): number;
  /** How many documents there are: the national sequence `nDFSe`. */
  count(): number;
  add(entry: StoredNote | StoredEvent): Promise<void>;
  /** `true` the first time for a declaration, also across restarts. */
  misbehavesNow(dpsId: string): Promise<boolean>;
  close(): Promise<void>;
}

/** @param dataDir where `national-api.jsonl` is kept; in memory only without one */
export async function openNotes(dataDir: string | undefined): Promise<Notes> {
  const { journal, entries } =
    dataDir === undefined
      ? { journal: forgetfulJournal<Entry>(), entries: [] }
      : await openJournal<Entry>(join(dataDir, 'national-api.jsonl'));
  return notesOver(journal, entries);
}

function notesOver(journal: Journal<Entry>, entries: readonly Entry[]): Notes {
  const byDps = new Map<string, StoredNote>();
  const byKey = new Map<string, StoredNote>();
  const events = new Map<string, StoredEvent>();
  const misbehaved = new Set<string>();
  const lastNumber = new Map<string, number>();

  const apply = (entry: Entry) => {
    switch (entry.kind) {
      case 'note':
        byDps.set(entry.dpsId, entry);
        byKey.set(entry.accessKey, entry);
        lastNumber.set(entry.company, Math.max(lastNumber.get(entry.company) ?? 0, entry.nfseNumber));
        return;
      case 'event':
        events.set(`${entry.accessKey}/${entry.type}`, entry);
        return;
      case 'misbehaved':
        misbehaved.add(entry.dpsId);
    }
  };
  const keep = (entry: Entry) => {
    apply(entry);
    return journal.append(entry);
  };
  for (const entry of entries) apply(entry);

  return {
    byDps: (dpsId) => byDps.get(dpsId),
    byKey: (accessKey) => byKey.get(accessKey),
    event: (accessKey, type) => events.get(`${accessKey}/${type}`),
    all: () => [...byDps.values()],
    takeNumber: (company) => {
      const number = (lastNumber.get(company) ?? 0) + 1;
      lastNumber.set(company, number);
      return number;
    },
    count: () => byDps.size + events.size,
    add: keep,
    misbehavesNow: async (dpsId) => {
      if (misbehaved.has(dpsId)) return false;
      await keep({ kind: 'misbehaved', dpsId });
      return true;
    },
    close: () => journal.close(),
  };
}
