import type { SealProblemReason } from '../../src/audit/check-seals.ts';
import type { Finding, SealFinding } from '../../src/audit/verify-stream.ts';
import type { Located, Touch } from '../touches.ts';

export type Moment = 'before' | 'after';

/** Located: a finding names the first version, the document or the day that was tampered with. Found: a finding names another one. */
export type Verdict = 'located' | 'found' | 'not findable';

/** What an audit says of a tampering that was done before or after the day was sealed. */
export interface Expectation {
  readonly verdict: Verdict;
  readonly findings: readonly Located[];
}

const SEAL_FINDINGS: Readonly<Record<SealFinding, true>> = {
  'other-than-sealed': true,
  'not-in-seal': true,
  'sealed-commit-gone': true,
  'dated-ahead': true,
};
const isOfSeals = ({ kind }: Pick<Finding, 'kind'>) => Object.hasOwn(SEAL_FINDINGS, kind);

/** A seal that is made after the tampering holds what was tampered with, and says nothing against it. */
export function expectationOf(
  { found, foundBeforeSeal = found.filter((finding) => !isOfSeals(finding)) }: Pick<Touch, 'found' | 'foundBeforeSeal'>,
  moment: Moment,
): Expectation {
  const findings = moment === 'after' ? found : foundBeforeSeal;
  return { verdict: verdictOf(findings, firstTouched(found)), findings };
}

/** The first version that was touched: with its seal, an audit names it in each case. */
export function firstTouched(found: Touch['found']): number {
  return Math.min(...found.map(({ version }) => version));
}

export function verdictOf(findings: readonly Pick<Finding, 'version'>[], touched: number): Verdict {
  if (findings.length === 0) return 'not findable';
  return findings.some(({ version }) => version === touched) ? 'located' : 'found';
}

export type DocumentTouch = 'deleted' | 'replaced by another one' | 'cut short';

/** Ways to tamper with a document in DocumentsTable. Its hash is in the event that names it: the seal makes no difference. */
export const DOCUMENT_TAMPERINGS: Readonly<Record<DocumentTouch, Located>> = {
  deleted: { kind: 'document-missing', version: 1 },
  'replaced by another one': { kind: 'document-damaged', version: 1 },
  'cut short': { kind: 'document-damaged', version: 1 },
};

export const documentTitle = (touch: DocumentTouch) => `a document ${touch}`;

/** What is done to the seal of a day, and what an audit says of that day. `undefined`: nothing, on a bucket without versions. */
export const SEAL_TAMPERINGS = {
  'taken out of SealsTable': 'seal-not-listed',
  'given another root in SealsTable': 'seal-differs',
  'given another hash in SealsTable': 'seal-differs',
  'replaced in SealsTable by what is no seal': 'not-a-seal',
  'deleted from the bucket': 'seal-not-archived',
  'deleted from the bucket and from SealsTable': 'seal-missing',
  'left without its leaves': 'leaves-changed',
  'given other leaves': 'leaves-changed',
  'given another root in the bucket': 'seal-differs',
  'given another root in the bucket and in SealsTable': 'seal-changed',
  'replaced, hash and all, in the bucket and in SealsTable, by one of no commits': 'not-in-seal',
  'deleted along with all others': 'no-seals',
  'made again after the history and its row were replaced': undefined,
} as const satisfies Readonly<Record<string, SealProblemReason | SealFinding | undefined>>;

export type SealTampering = keyof typeof SEAL_TAMPERINGS;

/** A finding of a seal names its day, and one of a commit that is in no seal names the commit. */
export function expectationOfSeal(tampering: SealTampering): {
  readonly verdict: Verdict;
  readonly finding: string | undefined;
} {
  const finding = SEAL_TAMPERINGS[tampering];
  return { verdict: finding === undefined ? 'not findable' : 'located', finding };
}

/** The rows of the table in docs/auditor.md: what was done, and what an audit says of it before and after the day is sealed. */
export function tableRows(touches: readonly Touch[]): readonly string[] {
  const cell = ({ verdict, findings }: Expectation) =>
    [verdict, ...new Set(findings.map(({ kind }) => `\`${kind}\``))].join(' ');
  const ofSeal = (tampering: SealTampering) => {
    const { verdict, finding } = expectationOfSeal(tampering);
    return finding === undefined ? verdict : `${verdict} \`${finding}\``;
  };
  const documents = Object.entries(DOCUMENT_TAMPERINGS).map(([touch, finding]) => {
    const found = cell({ verdict: 'located', findings: [finding] });
    return `| ${documentTitle(touch as DocumentTouch)} | ${found} | ${found} |`;
  });
  const seals = Object.keys(SEAL_TAMPERINGS) as SealTampering[];
  return [
    ...touches.map((touch) => {
      const [before, after] = [expectationOf(touch, 'before'), expectationOf(touch, 'after')];
      return `| ${touch.title} | ${cell(before)} | ${cell(after)} |`;
    }),
    ...documents,
    ...seals.map((tampering) => `| a seal ${tampering} | | ${ofSeal(tampering)} |`),
  ];
}
