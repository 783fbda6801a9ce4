import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { checkSeals, type SealProblem } from '../../audit/check-seals.ts';
import { lastDayOver } from '../../audit/sealing.ts';
import { memoryAwaitedDocuments, verifyAwaited } from '../../audit/verify-documents.ts';
import {
  sumOf,
  type Totals,
  totalsOf,
  type VerifyDeps,
  verifyInvoice,
  verifyLedger,
} from '../../audit/verify-ledger.ts';
import type { Finding } from '../../audit/verify-stream.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { now } from '../../platform/clock.ts';
import { progressOf } from '../progress.ts';
import { UsageError, type Verb } from '../verb.ts';
import { type AuditFolder, auditFolder, type InvoiceFindings } from './audit-folder.ts';
import { findingText, sealProblemText } from './findings.ts';
import { auditedLedger, dayIn, invoiceIdsIn, lastDayDue } from './ledger.ts';
import { type ReportingWitness, reportingWitness } from './reporting-witness.ts';

const SEGMENTS = 4;
/** Longer than a projector is ever behind without an alarm. */
const MAX_PROJECTION_LAG_MS = 60 * 60_000;
const HASH = /^[\w-]{43}$/;

/** `nfse audit verify`: walks chains, against what both projections saw and against the seals; and the seals themselves. */
export const verify: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      since: { type: 'string' },
      'expect-seal': { type: 'string', multiple: true, default: [] },
      documents: { type: 'string', default: 'all' },
      journal: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const ids = invoiceIdsIn(positionals);
  const since = dayIn('--since', values.since);
  if (values.all === ids.length > 0) throw new UsageError('Informe as notas, ou --all para todas');
  const isInSample = sampleOf(values.documents);
  const expected = expectedSeals(values['expect-seal'], since);
  if (values.journal !== undefined && !values.all) throw new UsageError('--journal é para --all');
  const { output } = invocation;
  const ledger = await auditedLedger(invocation, values.data);
  let reported: ReportingWitness | undefined;
  const progress = progressOf(output, { json: values.json, nowMs: () => now().getTime() });
  const findings = findingsByInvoice();
  let folder: AuditFolder | undefined;
  try {
    const { reporting, tables } = ledger.config;
    const question = JSON.stringify([tables.events, since, values.documents, reporting !== undefined]);
    folder = values.all
      ? auditFolder(values.journal, { question, segments: SEGMENTS, now: invocation.now })
      : undefined;
    reported =
      reporting && reportingWitness(reporting, { onFailure: (error) => folder?.noteUnavailable(error.message) });
    for (const earlier of folder?.earlierFindings ?? []) findings.add(earlier);
    const onFindings = (invoiceId: InvoiceId, more: readonly Finding[]) => {
      findings.add({ invoiceId, findings: more });
      folder?.note({ invoiceId, findings: more });
    };
    const startedAt = folder?.startedAt ?? invocation.now;
    const due = lastDayDue(ledger, startedAt);
    const { problems, knowledge, seals, isAnyDaySealed } = await checkSeals(
      ledger.seals,
      { from: since, to: lastDayOver(startedAt, ledger.config.sealMarginMinutes), due },
      (done, days) => progress.report(done, days, 'selos'),
    );
    const started = now().getTime();
    const estimate = values.all ? await ledger.scan.estimate() : ids.length;
    const before = sumOf((folder?.journal.segments ?? []).map((segment) => segment.totals)).commits;
    progress.startAt(before);
    const onProgress = ({ commits }: Totals) => progress.report(commits, estimate, 'commits');
    const projectedBefore = new Date(startedAt.getTime() - MAX_PROJECTION_LAG_MS).toISOString();
    const documents = { ...ledger.documents, isInSample, awaited: folder?.awaited ?? memoryAwaitedDocuments() };
    const deps: VerifyDeps = {
      ...ledger,
      documents,
      reported,
      seals: knowledge,
      projectedBefore,
      onFindings,
      onProgress,
    };
    const totals = folder
      ? await verifyLedger(deps, { journal: folder.journal, since })
      : await verifyEach({ ...deps, documents }, ids);
    const seconds = Math.max(0.001, (now().getTime() - started) / 1000);
    progress.end();
    const { firstDay } = totals;
    const found = findings.all();
    const sealProblems: readonly SealProblem[] =
      !isAnyDaySealed && firstDay !== undefined && firstDay <= due
        ? [...problems, { day: firstDay, reason: 'no-seals' }]
        : problems;
    const absent = expected.filter((hash) => !seals.some((seal) => seal.hash === hash));
    const copies = comparisonOf(reported, folder?.earlierUnavailable);
    const nothingFound = found.length === 0 && sealProblems.length === 0 && absent.length === 0;
    // Whoever can stop the reporting database must not be able to silence it: an audit without this witness is no success.
    const good = nothingFound && copies.reportedCommits !== 'unavailable';
    if (values.json) {
      output.out(
        JSON.stringify({
          good,
          ...totals,
          resumedAt: before,
          ...copies,
          seals: seals.length,
          found,
          sealProblems,
          absentSeals: absent,
        }),
      );
    } else {
      for (const problem of sealProblems) output.out(sealProblemText(problem));
      for (const hash of absent)
        output.out(`nenhum selo tem o hash ${hash}: a cadeia de selos não é a que foi anotada`);
      for (const { invoiceId, findings } of found) {
        for (const finding of findings) output.out(`${invoiceId}: ${findingText(finding)}`);
      }
      if (copies.reportedCommits !== 'compared') output.out(comparisonText(copies));
      const pace = values.all ? `, ${Math.round((totals.commits - before) / seconds)} commits/s` : '';
      const verdict = nothingFound
        ? 'tudo como foi gravado'
        : `${found.length} notas e ${sealProblems.length + absent.length} selos não conferem`;
      output.out(`${totals.invoices} notas, ${totals.commits} commits, ${seals.length} selos${pace}: ${verdict}`);
    }
    folder?.finish();
    return good ? 0 : 1;
  } finally {
    if (values.journal === undefined) folder?.finish();
    await reported?.close();
    ledger.close();
  }
};

interface Comparison {
  /** `unavailable`: the database is configured and did not answer, so that the copies of some or all invoices were not compared. */
  readonly reportedCommits: 'compared' | 'not-configured' | 'unavailable';
  readonly reportingError?: string;
}

/** @param earlier why an earlier run of the same audit could not compare the copies of what it verified */
function comparisonOf(witness: ReportingWitness | undefined, earlier: string | undefined): Comparison {
  if (!witness) return { reportedCommits: 'not-configured' };
  const reportingError = witness.failure()?.message ?? earlier;
  return reportingError === undefined
    ? { reportedCommits: 'compared' }
    : { reportedCommits: 'unavailable', reportingError };
}

function comparisonText({ reportedCommits, reportingError }: Comparison): string {
  return reportedCommits === 'unavailable'
    ? `o banco de relatórios não respondeu: nem todas as cópias dos commits foram comparadas (${reportingError})`
    : 'nenhum banco de relatórios configurado: as cópias dos commits não foram comparadas';
}

/**
 * Of which invoices the documents are read: `all`, `none`, or a percentage of them, other ones each time.
 *
 * @throws UsageError
 */
function sampleOf(text: string): () => boolean {
  if (text === 'all') return () => true;
  if (text === 'none') return () => false;
  const percent = /^(\d{1,2}(?:\.\d{1,3})?)%$/.exec(text)?.[1];
  if (percent === undefined) throw new UsageError('--documents é all, none ou uma porcentagem, como 5%');
  return () => randomInt(100_000) < Number(percent) * 1_000;
}

/**
 * Hashes of seals that somebody noted elsewhere.
 *
 * @throws UsageError for what is no hash, and where not all seals are read
 */
function expectedSeals(hashes: readonly string[], since: string | undefined): readonly string[] {
  const odd = hashes.find((hash) => !HASH.test(hash));
  if (odd !== undefined) throw new UsageError(`${odd} não é o hash de um selo`);
  if (hashes.length > 0 && since !== undefined)
    throw new UsageError('--expect-seal confere todos os selos: use sem --since');
  return hashes;
}

async function verifyEach(
  deps: VerifyDeps & Required<Pick<VerifyDeps, 'documents'>>,
  ids: readonly InvoiceId[],
): Promise<Totals> {
  const totals: Totals[] = [];
  for (const invoiceId of ids) {
    const { commits, findings } = await verifyInvoice(deps, invoiceId);
    if (commits.length === 0 && findings.length === 0) throw new UsageError(`${invoiceId} não existe`);
    if (findings.length > 0) deps.onFindings(invoiceId, findings);
    totals.push(totalsOf(commits));
  }
  await verifyAwaited(deps.documents, deps.documents.awaited, deps.onFindings);
  return sumOf(totals);
}

/** Findings may come in parts, and again from a page that is done again: each is told once. */
function findingsByInvoice() {
  const byInvoice = new Map<InvoiceId, Map<string, Finding>>();
  return {
    add({ invoiceId, findings }: InvoiceFindings): void {
      const known = byInvoice.get(invoiceId) ?? new Map<string, Finding>();
      for (const finding of findings) known.set(JSON.stringify(finding), finding);
      byInvoice.set(invoiceId, known);
    },
    all: (): readonly InvoiceFindings[] =>
      Array.from(byInvoice, ([invoiceId, findings]) => ({ invoiceId, findings: [...findings.values()] })),
  };
}
