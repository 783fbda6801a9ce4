/**
 * A city's agreement with the national system, as far as it is known. It comes from the city's parameters, which may be a day old, or a
 * week while their source is down; an emission never waits for them.
 *
 * @source "Parâmetros municipais" API, `/convenio`: 200 is an active agreement, 404 with a body is none
 */
export type MunicipalAgreement =
  | { readonly status: 'unknown' }
  /** The city has no agreement, or one that is not active. */
  | { readonly status: 'absent' }
  | {
      readonly status: 'active';
      /** `aderenteEmissorNacional`: the national system takes declarations of the city's companies. */
      readonly nationalIssuer: boolean;
      /** `situacaoEmissaoPadraoContribuintesRFB`: every company of the city may issue there, not only those that the city enabled. */
      readonly enabledByDefault: boolean;
    };

export const UNKNOWN_AGREEMENT: MunicipalAgreement = { status: 'unknown' };

/** Whether the city is known not to let its companies issue in the national system: codes E0037, E0038, E0039 and E0312. */
export function isUnprepared(agreement: MunicipalAgreement): boolean {
  switch (agreement.status) {
    case 'unknown':
      return false;
    case 'absent':
      return true;
    case 'active':
      return !agreement.nationalIssuer;
  }
}
