import type { SignatureHash } from './algorithms.ts';

/** What is signed in a document, and how. Which of these a city wants is configuration. */
export interface SigningProfile {
  /** Names of the elements to sign, without prefix; each occurrence is signed, the inner ones before those around them. */
  readonly elements: readonly string[];
  /** Where the signature goes: right behind the signed element, or into it as its last child. */
  readonly position: 'behind' | 'inside';
  /** Exclusive canonicalisation instead of inclusive. */
  readonly exclusive: boolean;
  readonly hash: SignatureHash;
}

/** @source NFS-e national layout 1.01, contributors' manual: signature of DPS and event requests */
export const NATIONAL_SIGNING: SigningProfile = {
  elements: ['infDPS', 'infPedReg'],
  position: 'behind',
  exclusive: false,
  hash: 'sha1',
};

/** Everything that can be signed in a message: a city that wants less gets a shorter list. @source ABRASF 2.04 and 1.00, §4 */
export const ABRASF_SIGNING: SigningProfile = {
  elements: ['InfRps', 'InfDeclaracaoPrestacaoServico', 'InfPedidoCancelamento', 'LoteRps', 'SubstituicaoNfse'],
  position: 'behind',
  exclusive: false,
  hash: 'sha1',
};
