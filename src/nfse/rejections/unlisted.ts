import type { Explanation } from './catalogue.ts';

/** What an authority said, as it came. */
export interface Words {
  /** Empty where it gave none. */
  readonly code: string;
  readonly text: string;
}

const MAX_QUOTED = 500;

export const UNLISTED_ADVICE =
  'Não está provado que a falha seja sua: leia o texto da autoridade. A nota é consultada antes de qualquer reenvio; se o texto não disser o que fazer, mostre código e texto à autoridade ou ao suporte.';

/** What a user is told of messages that no table has: code and text verbatim, and nothing that would blame anybody. */
export function explainUnlisted(authority: string, words: readonly Words[]): Explanation {
  const quoted = words.map(({ code, text }) => [code, text && `«${text}»`].filter(Boolean).join(': ')).join('; ');
  return [
    `${authority} respondeu com o que nenhuma tabela de códigos tem: ${quoted.slice(0, MAX_QUOTED)}.`,
    UNLISTED_ADVICE,
  ];
}
