import type { Classified, HandlingClass, RejectionCatalogue } from '../../nfse/rejections/catalogue.ts';
import { explainUnlisted, type Words } from '../../nfse/rejections/unlisted.ts';
import type { ProviderError } from './provider.ts';

const MAX_SOURCE = 2000;
const MAX_EXPLAINED = 5;
const NO_CODE = 'SEM-CODIGO';

/** The code of a message, and what stands for it where there is a text alone. */
export function codeOf({ code }: Pick<Words, 'code'>): string {
  return code === '' ? NO_CODE : code;
}

interface Refused {
  /** The codes that count, the deciding one first. */
  readonly codes: readonly [Classified<HandlingClass>, ...Classified<HandlingClass>[]];
  readonly explain: RejectionCatalogue<HandlingClass>['explain'];
  /** As the user knows it: "A prefeitura". */
  readonly authority: string;
  /** The messages that no table has. */
  readonly unlisted: readonly Words[];
  /** All messages, as they came. */
  readonly said: readonly string[];
}

/** What a user is told of a refusal: what the tables say of its codes, and what no table has as it came. */
export function refusalError({ codes, explain, authority, unlisted, said }: Refused): ProviderError {
  const listed = codes.filter(({ known }) => known).map(({ code }) => code);
  const explained = [...new Set(listed)].slice(0, MAX_EXPLAINED).map(explain);
  const [message, howToFix] = unlisted.length > 0 ? explainUnlisted(authority, unlisted) : [];
  const field = explained[0]?.field;
  return {
    code: codes[0].code,
    message: distinct([...explained.map((one) => one.message), message]),
    howToFix: distinct([...explained.map((one) => one.howToFix), howToFix]),
    ...(field !== undefined && { field }),
    source: said.join('; ').slice(0, MAX_SOURCE),
  };
}

function distinct(sentences: readonly (string | undefined)[]): string {
  return [...new Set(sentences.filter((sentence) => sentence !== undefined))].join(' ');
}
