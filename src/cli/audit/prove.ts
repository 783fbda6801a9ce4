import { parseArgs } from 'node:util';
import { type Day, dayOf, holds, type InclusionProof, isDay, prover, proves, type Seal } from '../../audit/seal.ts';
import type { Commit } from '../../events/commit.ts';
import { UsageError, type Verb } from '../verb.ts';
import { type AuditedLedger, auditedLedger, invoiceIdsIn, lastDayDue } from './ledger.ts';

/** `nfse audit prove`: that each commit of an invoice is in the seal of its day, as anybody can check who has the seal. */
export const prove: Verb = async (args, invocation) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [invoiceId, ...more] = invoiceIdsIn(positionals);
  if (!invoiceId || more.length > 0) throw new UsageError('Informe uma nota, e só uma');
  const ledger = await auditedLedger(invocation, values.data);
  try {
    const commits = await ledger.events.load(invoiceId);
    if (commits.length === 0) throw new UsageError(`${invoiceId} não existe`);
    const proven = await proofsOf(ledger.seals, commits, lastDayDue(ledger, invocation.now));
    const { output } = invocation;
    if (values.json) output.out(JSON.stringify(proven, null, 2));
    else for (const one of proven) output.out(line(one));
    return proven.every(({ verdict }) => verdict === 'proven' || verdict === 'not-sealed-yet') ? 0 : 1;
  } finally {
    ledger.close();
  }
};

export interface ProvenCommit {
  readonly version: number;
  readonly hash: string;
  readonly day: string;
  /** `no-seal`: its day is none, or must have a seal by now and the archive has none. */
  readonly verdict: 'proven' | 'not-sealed-yet' | 'not-in-seal' | 'no-seal';
  readonly seal?: Seal;
  readonly proof?: InclusionProof;
}

/**
 * A proof for each commit whose day is sealed. The seals are read once a day, and their leaves are held against their roots.
 *
 * @param due the last day that must be sealed by now
 */
export async function proofsOf(
  seals: AuditedLedger['seals'],
  commits: readonly Commit[],
  due: Day,
): Promise<ProvenCommit[]> {
  const days = new Map<string, { seal: Seal; proofOf: ReturnType<typeof prover> } | undefined>();
  for (const day of new Set(commits.map(dayOf).filter(isDay))) {
    const seal = await seals.archived(day);
    const leaves = seal && (await seals.leaves(seal));
    const sound = leaves !== undefined && holds(seal as Seal, leaves);
    days.set(day, seal && { seal, proofOf: prover(day, sound ? leaves : []) });
  }
  return commits.map((commit) => {
    const { version, hash } = commit;
    const day = dayOf(commit);
    const sealed = days.get(day);
    if (!sealed) return { version, hash, day, verdict: isDay(day) && day > due ? 'not-sealed-yet' : 'no-seal' };
    const { seal, proofOf } = sealed;
    const proof = proofOf(commit);
    if (!proof || !proves(proof, seal)) return { version, hash, day, verdict: 'not-in-seal', seal };
    return { version, hash, day, verdict: 'proven', seal, proof };
  });
}

function line({ version, hash, day, verdict, seal, proof }: ProvenCommit): string {
  const commit = `versão ${version} (${hash})`;
  if (verdict === 'not-sealed-yet') return `${commit}: o dia ${day} ainda não foi selado`;
  if (verdict === 'no-seal') return `${commit}: não há selo do seu dia, ${JSON.stringify(day)}, e já devia haver`;
  if (verdict === 'not-in-seal' || !proof) return `${commit}: não está no selo de ${day} (${seal?.hash})`;
  const steps = proof.path.map((digest) => `\n    ${digest}`).join('');
  return `${commit}: folha ${proof.index + 1} de ${proof.size} do selo de ${day}
  selo ${seal?.hash}
  raiz ${seal?.root}, a que levam:${steps || '\n    (é a única folha)'}`;
}
