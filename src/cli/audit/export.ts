import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  documentPath,
  EVENTS,
  jsonLine,
  MANIFEST,
  type Manifest,
  type ManifestFile,
  manifestFile,
  PROOFS,
  SEALS,
  sha256,
  VERIFIER,
} from '../../audit/bundle.ts';
import { archivedSeals } from '../../audit/check-seals.ts';
import { type Day, dayOf, isDay, prover } from '../../audit/seal.ts';
import type { Commit } from '../../events/commit.ts';
import { documentNameIn, documentsNamedIn, parseDocumentName } from '../../events/document-key.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { parseCnpj } from '../../nfse/cnpj.ts';
import { now } from '../../platform/clock.ts';
import { VERSION } from '../../platform/version.ts';
import type { ListPosition } from '../../projections/invoice-list.ts';
import { progressOf } from '../progress.ts';
import { type Invocation, UsageError, type Verb } from '../verb.ts';
import { type AuditedLedger, auditedLedger, dayIn } from './ledger.ts';
import { offlineVerifier } from './offline-verifier.ts';

const PAGE = 100;

/** `nfse audit export`: a company's histories of a period with their documents, seals and proofs, in a folder that checks itself. */
export const exportBundle: Verb = async (args, invocation) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      company: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      out: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const companyCnpj = parseCnpj(values.company ?? '');
  const [from, to] = [dayIn('--from', values.from), dayIn('--to', values.to)];
  if (!companyCnpj || !from || !to || !values.out) {
    throw new UsageError('Informe --company com um CNPJ, --from e --to com dias, e --out com uma pasta');
  }
  const folder = await emptyFolder(invocation, values.out);
  const ledger = await auditedLedger(invocation, values.data);
  const progress = progressOf(invocation.output, { json: values.json, nowMs: () => now().getTime() });
  try {
    const ids = await invoicesOf(ledger, companyCnpj, from, to);
    const bundle = newBundle(folder);
    const commits: Commit[] = [];
    const missing: string[] = [];
    let invoices = 0;
    for (const [index, invoiceId] of ids.entries()) {
      const stream = await ledger.events.load(invoiceId);
      if (stream.some((commit) => dayOf(commit) >= from && dayOf(commit) <= to)) {
        invoices++;
        commits.push(...stream);
        missing.push(...(await writeDocuments(ledger, bundle, invoiceId, stream)));
      }
      progress.report(index + 1, ids.length, 'notas');
    }
    await bundle.write(EVENTS, Buffer.from(commits.map(jsonLine).join('')));
    const { seals, proofs } = await sealsFor(ledger, commits, dayOf({ at: invocation.now.toISOString() }));
    await bundle.write(SEALS, Buffer.from(seals.map(jsonLine).join('')));
    await bundle.write(PROOFS, Buffer.from(proofs.map(jsonLine).join('')));
    await bundle.write(VERIFIER, await offlineVerifier());
    const manifest: Manifest = {
      v: 1,
      companyCnpj,
      from,
      to,
      exportedAt: invocation.now.toISOString(),
      software: `nfse-ledger ${VERSION}`,
      invoices,
      commits: commits.length,
      missingDocuments: missing,
      files: bundle.files,
    };
    const content = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(path.join(folder, MANIFEST), content);
    progress.end();
    const facts = { folder: values.out, invoices, commits: commits.length, proofs: proofs.length };
    const told = { ...facts, missingDocuments: missing.length, manifestSha256: sha256(content) };
    if (values.json) invocation.output.out(JSON.stringify(told));
    else {
      invocation.output.out(`${invoices} notas, ${commits.length} commits, ${bundle.files.length} arquivos`);
      invocation.output.out(`${proofs.length} commits com prova no selo do seu dia`);
      if (missing.length > 0) invocation.output.out(`${missing.length} documentos não estão no arquivo`);
      invocation.output.out(`SHA-256 do manifesto, a informar por outro meio: ${told.manifestSha256}`);
      invocation.output.out(`Confira em qualquer lugar com: node ${path.join(values.out, VERIFIER)}`);
    }
    return missing.length === 0 ? 0 : 1;
  } finally {
    ledger.close();
  }
};

async function emptyFolder({ directory }: Invocation, out: string): Promise<string> {
  const folder = path.resolve(directory, out);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new UsageError(`${out} não está vazia: escolha outra pasta`);
  return folder;
}

/** Invoices to which something may have happened in the period, oldest first. */
async function invoicesOf({ invoices }: AuditedLedger, companyCnpj: string, from: Day, to: Day): Promise<InvoiceId[]> {
  const ids: InvoiceId[] = [];
  let after: ListPosition | undefined;
  do {
    const { rows, next } = await invoices.list({ companyCnpj, to: `${to}T~` }, PAGE, after);
    // Only a row that says it leaves its invoice out: one without a time was edited, and the stream tells what happened.
    ids.push(...rows.filter(({ updatedAt }) => !(updatedAt < from)).map(({ invoiceId }) => invoiceId));
    after = next;
  } while (after);
  return ids.reverse();
}

function newBundle(folder: string) {
  const files: ManifestFile[] = [];
  return {
    files,
    async write(name: string, content: Uint8Array): Promise<void> {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      files.push(manifestFile(name, content));
    },
  };
}

/** Every document that the history names, and what its answers were answers to. @returns those that are not there */
async function writeDocuments(
  { document }: AuditedLedger,
  bundle: ReturnType<typeof newBundle>,
  invoiceId: InvoiceId,
  stream: readonly Commit[],
): Promise<string[]> {
  const missing: string[] = [];
  const waiting = documentsNamedIn(invoiceId, stream);
  const written = new Set<string>();
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (written.has(name)) continue;
    written.add(name);
    const content = await document(`${invoiceId}/${name}`);
    if (content === undefined) {
      missing.push(documentPath(invoiceId, name));
      continue;
    }
    await bundle.write(documentPath(invoiceId, name), Buffer.from(content, 'utf8'));
    const answered = parseDocumentName(name)?.kind === 'received' ? answeredBy(invoiceId, content) : undefined;
    if (answered) waiting.push(answered);
  }
  return missing;
}

function answeredBy(invoiceId: InvoiceId, content: string): string | undefined {
  try {
    const record = JSON.parse(content) as { readonly answers?: unknown };
    return documentNameIn(invoiceId, record.answers);
  } catch {
    return undefined; // touched by hand: its name tells that to whoever checks the bundle
  }
}

/**
 * The seals from the first day of the commits to the last one, without a gap, so that their chain can be followed; and the proofs. The
 * archive's are taken, since the list can be edited.
 */
async function sealsFor({ seals: store }: AuditedLedger, commits: readonly Commit[], today: Day) {
  const days = [...new Set(commits.map(dayOf))].filter((day) => isDay(day) && day <= today).sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return { seals: [], proofs: [] };
  const listed = (await store.list(from)).flatMap(({ day, seal }) => (seal && day <= to ? [seal] : []));
  const known = new Map([
    ...listed.map((seal) => [seal.day, seal] as const),
    ...(await archivedSeals(store, { from, to })),
  ]);
  const seals = [...known.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
  const proofs = [];
  for (const seal of seals.filter(({ day }) => days.includes(day))) {
    const proofOf = prover(seal.day, (await store.leaves(seal)) ?? []);
    proofs.push(...commits.filter((commit) => dayOf(commit) === seal.day).flatMap((commit) => proofOf(commit) ?? []));
  }
  return { seals, proofs };
}
