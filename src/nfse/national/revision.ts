import { UnwritableField } from './dps-fields.ts';

/** Whose registrations stand in a declaration. */
interface Parties {
  readonly companyCnpj: string;
  readonly customer?: { readonly cnpj?: string | undefined } | undefined;
  readonly intermediary?: { readonly cnpj?: string | undefined } | undefined;
}

/**
 * The first revision of layout 1.01 has digits alone where a CNPJ stands; the one of July 2026 takes letters. Both are written alike,
 * so all that is to be done for the first is to refuse what it cannot carry.
 *
 * @throws UnwritableField
 */
export function refuseLettersInCnpj({ companyCnpj, customer, intermediary }: Parties): void {
  const registrations = [
    [companyCnpj, '/companyCnpj'],
    [customer?.cnpj, '/customer/cnpj'],
    [intermediary?.cnpj, '/intermediary/cnpj'],
  ] as const;
  for (const [cnpj, field] of registrations) {
    if (cnpj !== undefined && /[A-Z]/.test(cnpj)) throw new UnwritableField(field, 'unsupported');
  }
}
