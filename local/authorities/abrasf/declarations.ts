import { at, localName, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { rpsFacts } from '../../../src/nfse/abrasf/read-rps.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import type { XmlElement } from '../../../src/nfse/xml.ts';
import type { Outages } from '../national/outages.ts';
import { batchFaults, declarationsIn, type HandedInChecks } from './checks.ts';
import type { City } from './cities.ts';
import { elementText, noteXml } from './documents.ts';
import { type Register, type RpsKey, rpsName, type StoredNote } from './register.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';

/** How often the city hall was asked about one RPS. */
export interface Calls {
  posts: number;
  lookups: number;
}

export interface OperationDeps {
  readonly register: Register;
  readonly outages: Outages;
  readonly calls: Map<string, Calls>;
  readonly checks: HandedInChecks;
  readonly queueSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A verification code. */
  readonly random: () => string;
}

/** One message to one city. */
export interface Message {
  readonly cityName: string;
  readonly city: City;
  readonly root: XmlElement;
  readonly xml: string;
}

export interface Declared {
  readonly key: RpsKey;
  readonly element: XmlElement;
  readonly declaration: string;
  readonly reference: string | undefined;
}

/** Issues the note of a declaration that passed every check. */
export async function issue(
  deps: OperationDeps,
  city: City,
  { key, declaration, reference }: Pick<Declared, 'key' | 'declaration' | 'reference'>,
): Promise<StoredNote> {
  const at = cityTime(deps);
  const nfseNumber = deps.register.takeNumber(key.city, key.company, at.slice(0, 4));
  const xml = noteXml(city, declaration, { nfseNumber, verificationCode: deps.random(), at });
  const { company, series, number } = key;
  const note = { kind: 'note', city: key.city, company, series, number, nfseNumber, reference, xml } as const;
  await deps.register.add(note);
  return note;
}

/** The one declaration of a message, or `undefined` when there is not exactly one that can be read. */
export function declaredIn(message: Message): Declared | undefined {
  const [element, second] = declarationsIn(message.root);
  const name = element && (message.city.dialect.layout === '1.00' ? 'InfRps' : 'InfDeclaracaoPrestacaoServico');
  const declaration = name && elementText(message.xml, name);
  if (!element || second || !declaration) return undefined;
  try {
    const { companyCnpj, series, number } = rpsFacts(element);
    const key = { city: message.cityName, company: companyCnpj, series, number };
    const [, reference] = /Referencia: ([A-Za-z0-9]{1,20})/.exec(declaration) ?? [];
    return { key, element, declaration, reference };
  } catch {
    return undefined; // no number, no amount: not of the layout
  }
}

/** What the checks of other parts, and those of a batch, have against a message. */
export function handedIn({ checks }: OperationDeps, { root, xml, city }: Message): readonly string[] {
  if ((checks.layout?.(root, city.dialect) ?? []).length > 0) return ['E160'];
  return checks.signature?.(xml, city.dialect) === false ? ['E172'] : batchFaults(root);
}

/** What a city has against a question: it is not in the dialect's form, or not signed where the dialect signs questions. */
export function aboutQuestion({ checks }: OperationDeps, { root, xml, city }: Message): readonly string[] {
  const { noteQuestionGroup } = city.dialect;
  const asksForNote = localName(root) === 'ConsultarNfseRpsEnvio';
  if (asksForNote && noteQuestionGroup !== undefined && !at(root, noteQuestionGroup)) return ['E160'];
  return checks.signature?.(xml, city.dialect) === false ? ['E172'] : [];
}

/** What a city hall that misbehaves says instead of an answer. */
export function silence(kind: 'timeout' | 'bad-gateway' | 'fault' | 'empty'): Reply {
  switch (kind) {
    case 'timeout':
      return { kind: 'hold' };
    case 'bad-gateway':
      return replies.badGateway;
    case 'fault':
      return { kind: 'fault', reason: 'serviço temporariamente indisponível' };
    case 'empty':
      return { kind: 'empty' };
  }
}

export function companyIn(element: XmlElement | undefined): string {
  return textOf(element, 'Cnpj', 'Cpf') ?? '';
}

/** Minas Gerais' time, without offset: the stand-in's cities are all there. */
export function cityTime({ now }: OperationDeps): string {
  return localTime(now(), '-03:00').slice(0, 19);
}

export function count({ calls }: OperationDeps, key: RpsKey, what: keyof Calls): void {
  const known = calls.get(rpsName(key)) ?? { posts: 0, lookups: 0 };
  known[what]++;
  calls.set(rpsName(key), known);
}
