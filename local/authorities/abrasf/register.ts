import { join } from 'node:path';
import { forgetfulJournal, type Journal, openJournal } from '../national/journal.ts';

/** Who declared what: the natural key of an RPS. */
export interface RpsKey {
  readonly city: string;
  readonly company: string;
  readonly series: string;
  readonly number: string;
}

export interface StoredNote extends RpsKey {
  readonly kind: 'note';
  readonly nfseNumber: string;
  readonly reference: string | undefined;
  /** `CompNfse`, as issued. */
  readonly xml: string;
}

export interface StoredCancellation {
  readonly kind: 'cancellation';
  readonly city: string;
  readonly company: string;
  readonly nfseNumber: string;
  /** `NfseCancelamento` */
  readonly xml: string;
}

/** A batch of one RPS in the queue. */
export interface StoredBatch extends RpsKey {
  readonly kind: 'batch';
  readonly protocol: string;
  readonly batchNumber: string;
  /** Milliseconds since the epoch: when it will have been processed. */
  readonly dueAt: number;
  readonly reference: string | undefined;
  /** `InfDeclaracaoPrestacaoServico` or `InfRps`, as it came. */
  readonly declaration: string;
  /** What processing will find wrong with it. */
  readonly faults: readonly string[];
}

/** A batch that was processed, with the codes by which it was refused. */
interface ProcessedBatch {
  readonly kind: 'processed';
  readonly protocol: string;
  readonly codes: readonly string[];
}

interface Misbehaved {
  readonly kind: 'misbehaved';
  readonly what: string;
}

type Entry = StoredNote | StoredCancellation | StoredBatch | ProcessedBatch | Misbehaved;

/** All that the city halls remember. Reads are from memory; each write resolves when it is on the disk. */
export interface Register {
  note(key: RpsKey): StoredNote | undefined;
  noteByNumber(city: string, company: string, nfseNumber: string): StoredNote | undefined;
  cancellation(city: string, company: string, nfseNumber: string): StoredCancellation | undefined;
  batch(city: string, protocol: string): StoredBatch | undefined;
  batchByNumber(city: string, company: string, batchNumber: string): StoredBatch | undefined;
  /** Batches of this RPS that were not processed yet. */
  waiting(key: RpsKey): readonly StoredBatch[];
  /** The codes of a processed batch, none when it was issued; `undefined` before it was processed. */
  codesOf(protocol: string): readonly string[] | undefined;
  notes(): readonly StoredNote[];
  /** The next number of this company's notes in the city: year and sequence. */
  takeNumber(city: string, company: string, year: string): string;
  takeProtocol(): string;
  add(entry: StoredNote | StoredCancellation | StoredBatch | ProcessedBatch): Promise<void>;
  /** `true` the first time, also across restarts. */
  misbehavesNow(what: string): Promise<boolean>;
  close(): Promise<void>;
}

/** @param dataDir where `abrasf-city-hall.jsonl` is kept; in memory only without one */
export async function openRegister(dataDir: string | undefined): Promise<Register> {
  const { journal, entries } =
    dataDir === undefined
      ? { journal: forgetfulJournal<Entry>(), entries: [] }
      : await openJournal<Entry>(join(dataDir, 'abrasf-city-hall.jsonl'));
  return registerOver(journal, entries);
}

export function rpsName({ city, company, series, number }: RpsKey): string {
  return `${city}/${company}/${series}/${number}`;
}

function registerOver(journal: Journal<Entry>, entries: readonly Entry[]): Register {
  const notes = new Map<string, StoredNote>();
  const byNumber = new Map<string, StoredNote>();
  const cancellations = new Map<string, StoredCancellation>();
  const batches = new Map<string, StoredBatch>();
  const processed = new Map<string, readonly string[]>();
  const misbehaved = new Set<string>();
  const sequences = new Map<string, number>();
  let lastProtocol = 0;

  const apply = (entry: Entry) => {
    switch (entry.kind) {
      case 'note': {
        notes.set(rpsName(entry), entry);
        byNumber.set(`${entry.city}/${entry.company}/${entry.nfseNumber}`, entry);
        const sequence = `${entry.city}/${entry.company}`;
        sequences.set(sequence, Math.max(sequences.get(sequence) ?? 0, Number(entry.nfseNumber.slice(4))));
        return;
      }
      case 'cancellation':
        cancellations.set(`${entry.city}/${entry.company}/${entry.nfseNumber}`, entry);
        return;
      case 'batch':
        batches.set(entry.protocol, entry);
        lastProtocol = Math.max(lastProtocol, Number(entry.protocol.slice(3)));
        return;
      case 'processed':
        processed.set(entry.protocol, entry.codes);
        return;
      case 'misbehaved':
        misbehaved.add(entry.what);
    }
  };
  const keep = (entry: Entry) => {
    apply(entry);
    return journal.append(entry);
  };
  for (const entry of entries) apply(entry);

  return {
    note: (key) => notes.get(rpsName(key)),
    noteByNumber: (city, company, nfseNumber) => byNumber.get(`${city}/${company}/${nfseNumber}`),
    cancellation: (city, company, nfseNumber) => cancellations.get(`${city}/${company}/${nfseNumber}`),
    batch: (city, protocol) => (batches.get(protocol)?.city === city ? batches.get(protocol) : undefined),
    batchByNumber: (city, company, batchNumber) =>
      batches.values().find((one) => one.city === city && one.company === company && one.batchNumber === batchNumber),
    waiting: (key) =>
      [...batches.values()].filter((one) => rpsName(one) === rpsName(key) && !processed.has(one.protocol)),
    codesOf: (protocol) => processed.get(protocol),
    notes: () => [...notes.values()],
    takeNumber: (city, company, year) => {
      const next = (sequences.get(`${city}/${company}`) ?? 0) + 1;
      sequences.set(`${city}/${company}`, next);
      return `${year}${String(next).padStart(11, '0')}`;
    },
    takeProtocol: () => `PRT${String(++lastProtocol).padStart(9, '0')}`,
    add: keep,
    misbehavesNow: async (what) => {
      if (misbehaved.has(what)) return false;
      await keep({ kind: 'misbehaved', what });
      return true;
    },
    close: () => journal.close(),
  };
}
