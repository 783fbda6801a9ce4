import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AwaitedDocuments, dayOfDocument, type NamedDocument } from '../../audit/verify-documents.ts';
import { newJournal, type SegmentProgress, type VerificationJournal } from '../../audit/verify-ledger.ts';
import type { Finding } from '../../audit/verify-stream.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { UsageError } from '../verb.ts';

export interface InvoiceFindings {
  readonly invoiceId: InvoiceId;
  readonly findings: readonly Finding[];
}

/** What an audit keeps while it runs. One that is killed goes on with it. */
export interface AuditFolder {
  /** When the audit was begun. It verifies what was due then, however often it is interrupted. */
  readonly startedAt: Date;
  readonly journal: VerificationJournal;
  readonly awaited: AwaitedDocuments;
  /** Of the runs before this one. */
  readonly earlierFindings: readonly InvoiceFindings[];
  note(findings: InvoiceFindings): void;
  /** Why the reporting database was unavailable to a run before this one: what that run verified was not compared with all copies. */
  readonly earlierUnavailable: string | undefined;
  noteUnavailable(why: string): void;
  /** The audit came to its end: nothing is kept. */
  finish(): void;
}

interface State {
  /** What was asked for. Another question is another audit. */
  readonly question: string;
  readonly startedAt: string;
  readonly segments: readonly SegmentProgress[];
}

const STATE = 'state.json';
const MET = 'met.txt';
const FINDINGS = 'findings.ndjson';
const UNAVAILABLE = 'unavailable.txt';
const DOCUMENTS = /^documents-(.+)\.ndjson$/;
const documentsOf = (day: string) => `documents-${day}.ndjson`;

/**
 * Files in a folder: appended to first, and then the state says how far the audit is. What was appended without that is done again, and
 * nothing is taken for done that is not.
 *
 * @param folder where an interrupted audit was kept, or a new one is to be; without it the files are gone with this process's work
 * @throws UsageError for a folder with other files, or of an audit that was asked something else
 */
export function auditFolder(
  folder: string | undefined,
  { question, segments, now }: { readonly question: string; readonly segments: number; readonly now: Date },
): AuditFolder {
  const own = folder ?? mkdtempSync(path.join(tmpdir(), 'nfse-audit-'));
  const file = (name: string) => path.join(own, name);
  mkdirSync(own, { recursive: true });
  let state = opened(own, file(STATE), question) ?? {
    question,
    startedAt: now.toISOString(),
    segments: newJournal(segments).segments,
  };
  for (const name of readdirSync(own)) if (name !== STATE) dropTornLine(file(name));
  const append = (name: string, lines: readonly string[]) => {
    if (lines.length > 0) appendFileSync(file(name), `${lines.join('\n')}\n`);
  };
  return {
    startedAt: new Date(state.startedAt),
    journal: {
      segments: state.segments,
      met: linesOf(file(MET)) as Iterable<InvoiceId>,
      save(segment, progress, met) {
        append(MET, met);
        state = { ...state, segments: state.segments.with(segment, progress) };
        writeFileSync(file(`${STATE}.new`), JSON.stringify(state));
        renameSync(file(`${STATE}.new`), file(STATE));
      },
    },
    awaited: {
      add(documents) {
        for (const [day, ofDay] of Map.groupBy(documents, dayOfDocument)) {
          append(
            documentsOf(day),
            ofDay.map((one) => JSON.stringify(one)),
          );
        }
      },
      days: () =>
        readdirSync(own)
          .flatMap((name) => DOCUMENTS.exec(name)?.[1] ?? [])
          .sort(),
      on: (day) => Array.from(linesOf(file(documentsOf(day))), (line) => JSON.parse(line) as NamedDocument),
      close: (day) => rmSync(file(documentsOf(day)), { force: true }),
    },
    earlierFindings: Array.from(linesOf(file(FINDINGS)), (line) => JSON.parse(line) as InvoiceFindings),
    note: (findings) => append(FINDINGS, [JSON.stringify(findings)]),
    earlierUnavailable: [...linesOf(file(UNAVAILABLE))][0],
    noteUnavailable: (why) => append(UNAVAILABLE, [why.replaceAll('\n', ' ')]),
    finish() {
      if (folder === undefined) rmSync(own, { recursive: true, force: true });
      else for (const name of readdirSync(own).filter(isOurs)) rmSync(file(name), { force: true });
    },
  };
}

function opened(folder: string, stateFile: string, question: string): State | undefined {
  const foreign = readdirSync(folder).find((name) => !isOurs(name));
  if (foreign !== undefined)
    throw new UsageError(`${folder} tem outros arquivos, como ${foreign}: informe outra pasta`);
  if (!existsSync(stateFile)) return undefined;
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as State;
  if (state.question === question) return state;
  throw new UsageError(`${folder} é de uma auditoria com outras opções: repita as dela, ou informe outra pasta`);
}

const isOurs = (name: string) =>
  [STATE, `${STATE}.new`, MET, FINDINGS, UNAVAILABLE].includes(name) || DOCUMENTS.test(name);

/** A process that is killed may leave the beginning of a line. */
function dropTornLine(file: string): void {
  truncateSync(file, readFileSync(file).lastIndexOf('\n') + 1);
}

/** Line by line from the bytes: the documents of a day may be more than one text can hold. */
function* linesOf(file: string): Iterable<string> {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from);
    yield bytes.toString('utf8', from, end);
    from = end + 1;
  }
}
