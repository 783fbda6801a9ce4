import { type Day, dayAfter, dayBefore, daysFrom } from './seal.ts';
import { lastDayOver } from './sealing.ts';

/** A part of a day's documents, which has packs of its own. */
export interface ArchivedPart {
  readonly day: Day;
  readonly shard: string;
}

export interface ArchivedDocument {
  readonly key: string;
  readonly content: string;
}

/** What the table has of a part. */
export interface ListedDocuments {
  /** In the order of their keys: those of an invoice stand together. */
  readonly keys: readonly string[];
  /** The whole document; `undefined` where what is there is not what its key says. */
  read(key: string): Promise<string | undefined>;
}

/** Objects that nobody changes, and their order in their part. */
export interface Packs {
  of(part: ArchivedPart): AsyncIterable<readonly ArchivedDocument[]>;
  /** @returns `false` where there is one of this number, counted from 1 */
  put(part: ArchivedPart, number: number, documents: readonly ArchivedDocument[]): Promise<boolean>;
}

/** A day of which everything is in packs. */
export interface ArchivedDay {
  readonly day: Day;
  readonly documents: number;
  readonly packs: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface ArchivedDays {
  /** By day, from this one on. */
  from(day: Day): Promise<readonly Day[]>;
  remember(day: ArchivedDay): Promise<void>;
}

export interface ArchivingDeps {
  readonly list: (part: ArchivedPart) => Promise<ListedDocuments>;
  readonly packs: Packs;
  readonly days: ArchivedDays;
  /** The days that the table has documents of; `undefined` where it has too many to tell. */
  readonly daysWithDocuments: () => Promise<ReadonlySet<Day> | undefined>;
  /** The parts of each day. */
  readonly shards: readonly string[];
  /** How long the table has a day's documents. */
  readonly daysInTable: number;
  /** How long after its end a day is archived: by then no write of it may be under way. */
  readonly marginMinutes: number;
  /** Whether no other part is to be begun, since the time of this run ends. */
  readonly late: () => boolean;
  /** A part could not be listed, read or written. The others are, and this one by the next run. */
  readonly onFailure: (part: ArchivedPart, error: unknown) => void;
}

export interface ArchivingReport {
  /** Days that are whole in the archive, and were not before this run. */
  readonly archived: readonly Day[];
  /** How many documents this run put into packs. */
  readonly documents: number;
  /** Keys of documents that are not what they were, or rest on one that is not, and are in no pack. */
  readonly damaged: readonly string[];
  /** How many parts could not be handled. */
  readonly failed: number;
  /** How long ago the oldest day ended that is over and not archived yet. */
  readonly unarchivedSeconds: number;
}

/** Of a pack, before it is compressed: whoever looks for a document has to read all of one. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 8;

/**
 * Puts the documents of each day that is over into packs, and remembers the day once nothing of it is left. The last day that was
 * archived is looked at again when the next one is: what came very late gets into a further pack. Runs may stop anywhere, and two may
 * work at once: a pack that is there counts, whoever wrote it, and is never written over. Nothing is deleted: the table forgets by itself.
 */
export async function archiveDueDays(deps: ArchivingDeps, now: Date): Promise<ArchivingReport> {
  const due = lastDayOver(now, deps.marginMinutes);
  const first = daysBefore(lastDayOver(now, 0), deps.daysInTable - 1);
  const remembered = await deps.days.from(first);
  const open = new Set(daysFrom(first, due).filter((day) => !remembered.includes(day)));
  const again = open.size > 0 ? remembered.slice(-1) : [];
  // An installation that is new, or was switched off: most days are empty, and to ask for each part of them takes longer than this.
  const busy = open.size > 1 ? await deps.daysWithDocuments() : undefined;

  const archived: Day[] = [];
  const damaged: string[] = [];
  let documents = 0;
  let failed = 0;
  for (const day of [...again, ...open].sort()) {
    const shards = !busy || busy.has(day) ? deps.shards : [];
    const done = await archiveDay({ ...deps, shards }, day);
    documents += done.packed;
    damaged.push(...done.damaged);
    failed += done.failed;
    if (done.left) continue;
    if (open.delete(day)) archived.push(day);
    else if (done.packed === 0) continue;
    await deps.days.remember({ day, documents: done.documents, packs: done.packs, at: now.toISOString() });
  }
  return { archived, documents, damaged, failed, unarchivedSeconds: secondsSince([...open][0], now) };
}

/** What was done of a day or of a part. */
interface Done {
  /** How many documents are in packs, and in how many. */
  readonly documents: number;
  readonly packs: number;
  /** How many this run put there. */
  readonly packed: number;
  readonly damaged: readonly string[];
}

async function archiveDay(deps: ArchivingDeps, day: Day): Promise<Done & { failed: number; left: boolean }> {
  const parts = deps.shards.map((shard) => ({ day, shard }));
  const done: Done[] = [];
  let failed = 0;
  const walk = async () => {
    for (let part = next(); part; part = next()) {
      try {
        done.push(await archivePart(deps, part));
      } catch (error) {
        failed++;
        deps.onFailure(part, error);
      }
    }
  };
  const next = () => (deps.late() ? undefined : parts.shift());
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, walk));
  const sum = (of: (one: Done) => number) => done.reduce((total, one) => total + of(one), 0);
  const damaged = done.flatMap((one) => one.damaged);
  return {
    documents: sum((one) => one.documents),
    packs: sum((one) => one.packs),
    packed: sum((one) => one.packed),
    damaged,
    failed,
    left: parts.length > 0 || failed > 0 || damaged.length > 0,
  };
}

async function archivePart({ list, packs }: ArchivingDeps, part: ArchivedPart): Promise<Done> {
  const listed = await list(part);
  // Most parts of a quiet day: nothing is asked of the archive.
  if (listed.keys.length === 0) return { documents: 0, packs: 0, packed: 0, damaged: [] };
  let there = await archivedIn(packs, part);
  const damaged: string[] = [];
  let packed = 0;
  let waiting: ArchivedDocument[] = [];
  let characters = 0;

  async function pack(): Promise<void> {
    while (waiting.length > 0) {
      if (await packs.put(part, there.packs + 1, waiting)) {
        packed += waiting.length;
        there = { keys: there.keys.union(new Set(waiting.map(({ key }) => key))), packs: there.packs + 1 };
        break;
      }
      // Another run was first, and may have taken some of them.
      there = await archivedIn(packs, part);
      waiting = waiting.filter(({ key }) => !there.keys.has(key));
    }
    waiting = [];
    characters = 0;
  }

  for (const key of listed.keys) {
    if (there.keys.has(key)) continue;
    const content = await listed.read(key);
    if (content === undefined) {
      damaged.push(key);
      continue;
    }
    waiting.push({ key, content });
    characters += content.length;
    if (characters >= MOST_CHARACTERS) await pack();
  }
  await pack();
  return { documents: there.keys.size, packs: there.packs, packed, damaged };
}

async function archivedIn(packs: Packs, part: ArchivedPart): Promise<{ keys: ReadonlySet<string>; packs: number }> {
  const keys = new Set<string>();
  let count = 0;
  for await (const documents of packs.of(part)) {
    count++;
    for (const { key } of documents) keys.add(key);
  }
  return { keys, packs: count };
}

function daysBefore(day: Day, days: number): Day {
  return days <= 0 ? day : daysBefore(dayBefore(day), days - 1);
}

function secondsSince(day: Day | undefined, now: Date): number {
  return day === undefined ? 0 : Math.floor((now.getTime() - Date.parse(dayAfter(day))) / 1000);
}
