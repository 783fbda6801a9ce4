import type { Outcome } from '../commands/record-outcome/decide.ts';
import { AUTHORITY_UNAVAILABLE, OUTCOME_UNKNOWN } from '../events/failure-codes.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import type { ProviderError } from './providers/provider.ts';

interface GivingUp {
  readonly now: () => Date;
  readonly giveUpAfterSeconds: number;
}

/**
 * A deferral too many becomes a failure that says what to do: an invoice that has waited for so long is for a person to decide on. Only
 * a cancellation whose note nobody knows of goes on waiting, because it cannot be said to have failed nor to have been done.
 */
export function givenUp(
  { now, giveUpAfterSeconds }: GivingUp,
  { status, note, deferredSince }: Pick<LivingInvoice, 'status' | 'note' | 'deferredSince'>,
  outcome: Outcome,
): Outcome {
  if (outcome.kind !== 'deferred' || deferredSince === undefined) return outcome;
  const at = now();
  if (at.getTime() - Date.parse(deferredSince) < giveUpAfterSeconds * 1000) return outcome;
  const evidence = outcome.evidence ? { evidence: outcome.evidence } : {};
  const days = Math.floor(giveUpAfterSeconds / 86_400);
  if (status === 'CANCELLING') {
    return note ? { kind: 'cancel-failed', error: notCancelled(days, outcome.detail), ...evidence } : outcome;
  }
  const unsent = outcome.reason === 'provider-unavailable';
  const error = unsent ? neverSent(days, outcome.detail) : neverAnswered(days, outcome.detail);
  return { kind: 'failed', error, at: at.toISOString(), sentBefore: deferredSince, ...evidence };
}

const neverSent = (days: number, source: string): ProviderError => ({
  code: AUTHORITY_UNAVAILABLE,
  message: `O sistema da prefeitura não atendeu durante ${days} dias. A nota não foi autorizada.`,
  howToFix:
    'Quando o sistema voltar, reenvie esta mesma nota (POST /invoices/{invoiceId}/retry); se não puder esperar, veja com a prefeitura o procedimento de contingência (RPS).',
  source,
});

const neverAnswered = (days: number, source: string): ProviderError => ({
  code: OUTCOME_UNKNOWN,
  message: `O sistema da prefeitura não disse durante ${days} dias se autorizou a nota: ela pode existir.`,
  howToFix:
    'Procure a nota no portal da prefeitura pela série e pelo número do DPS. Depois reenvie esta mesma nota, sem correções (POST /invoices/{invoiceId}/retry): se ela existir, será encontrada. Não emita a venda com outra chave de idempotência.',
  source,
});

const notCancelled = (days: number, source: string): ProviderError => ({
  code: AUTHORITY_UNAVAILABLE,
  message: `O sistema da prefeitura não atendeu durante ${days} dias. A nota continua válida até que se saiba do cancelamento.`,
  howToFix:
    'Confira no portal da prefeitura se a nota foi cancelada. Se não foi, peça o cancelamento de novo (POST /invoices/{invoiceId}/cancel) ou faça-o no portal, dentro do prazo do município.',
  source,
});
