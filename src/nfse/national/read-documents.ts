import { type AccessKey, hasAccessKeyShape } from '../access-key.ts';
import { type Cents, cents } from '../cents.ts';
import { parseXml, type XmlElement, XmlError } from '../xml.ts';
import { NAMESPACE } from './dps-document.ts';

/** A document is not the national document it should be. `element` names what is missing or malformed. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly code = 'document';
  readonly element: string;
  constructor(element: string, cause?: unknown) {
    super(`The document has no readable ${element}`, { cause });
    this.element = element;
  }
}

/** What a declaration says, as far as anyone here compares or reports it. Registrations and codes are unchecked text. */
export interface DpsFacts {
  readonly id: string;
  readonly layoutVersion: string;
  readonly environment: string;
  /** `dhEmi`, with offset. */
  readonly issuedAt: string;
  readonly series: string;
  readonly number: string;
  readonly competenceDate: string;
  readonly municipalityCode: string;
  /** CNPJ or CPF of the provider. */
  readonly issuerDocument: string;
  readonly issuerMunicipalRegistration: string | undefined;
  readonly simplesNacional: string;
  /** CNPJ, CPF or foreign number of the customer; `undefined` when the note names none. */
  readonly customerDocument: string | undefined;
  readonly serviceMunicipalityCode: string | undefined;
  readonly serviceCode: string;
  readonly description: string;
  readonly reference: string | undefined;
  readonly amount: Cents;
  readonly unconditionalDiscount: Cents;
  readonly conditionalDiscount: Cents;
  /** `tpRetISSQN`: 1 nobody, 2 customer, 3 intermediary. */
  readonly issWithheld: string;
  /** `pAliq` in basis points. */
  readonly issRateBasisPoints: number | undefined;
}

export interface NfseFacts {
  readonly accessKey: AccessKey;
  readonly nfseNumber: string;
  /** `dhProc`, with offset. */
  readonly issuedAt: string;
  readonly dps: DpsFacts;
}

export interface EventFacts {
  /** `EVT` + access key + event code + sequence. */
  readonly id: string;
  readonly accessKey: AccessKey;
  /** Six digits, `101101` for a cancellation. */
  readonly type: string;
  /** `dhProc`, with offset. */
  readonly processedAt: string;
}

export interface EventRequestFacts {
  readonly id: string;
  readonly accessKey: AccessKey;
  readonly type: string;
  readonly environment: string;
  readonly requestedAt: string;
  readonly authorDocument: string;
  readonly reasonCode: string;
  readonly reason: string;
}

/** @throws DocumentError */
export function readDps(xml: string): DpsFacts {
  return dpsFacts(root(xml, 'DPS'));
}

/** Reads a note wherever it stands in a document. Names count without case, prefix and namespace: cities wrap it as they like. @throws DocumentError */
export function readNfse(xml: string): NfseFacts {
  const info = anywhere(xml, 'infNFSe');
  return {
    accessKey: key(attribute(info, 'Id').replace(/^NFS/i, ''), 'infNFSe/@Id'),
    nfseNumber: text(info, 'nNFSe'),
    issuedAt: dateTime(info, 'dhProc'),
    dps: dpsFacts(element(info, 'DPS')),
  };
}

/** Reads an event wherever it stands in a document. @throws DocumentError */
export function readEvent(xml: string): EventFacts {
  const info = anywhere(xml, 'infEvento');
  // The events of cities have neither author nor reason.
  const request = element(info, 'pedRegEvento', 'infPedReg');
  return {
    id: attribute(info, 'Id'),
    accessKey: key(text(request, 'chNFSe'), 'chNFSe'),
    type: localName(eventOf(request)).slice(1),
    processedAt: dateTime(info, 'dhProc'),
  };
}

/** @throws DocumentError */
export function readEventRequest(xml: string): EventRequestFacts {
  return requestFacts(root(xml, 'pedRegEvento'));
}

function dpsFacts(dps: XmlElement): DpsFacts {
  const info = element(dps, 'infDPS');
  return {
    id: attribute(info, 'Id'),
    layoutVersion: attribute(dps, 'versao'),
    environment: text(info, 'tpAmb'),
    issuedAt: dateTime(info, 'dhEmi'),
    series: text(info, 'serie'),
    number: text(info, 'nDPS'),
    competenceDate: text(info, 'dCompet'),
    municipalityCode: text(info, 'cLocEmi'),
    issuerDocument: optional(info, 'prest', 'CNPJ') ?? text(info, 'prest', 'CPF'),
    issuerMunicipalRegistration: optional(info, 'prest', 'IM'),
    simplesNacional: text(info, 'prest', 'regTrib', 'opSimpNac'),
    customerDocument:
      optional(info, 'toma', 'CNPJ') ?? optional(info, 'toma', 'CPF') ?? optional(info, 'toma', 'NIF') ?? undefined,
    serviceMunicipalityCode: optional(info, 'serv', 'locPrest', 'cLocPrestacao'),
    serviceCode: text(info, 'serv', 'cServ', 'cTribNac'),
    description: text(info, 'serv', 'cServ', 'xDescServ'),
    reference: optional(info, 'serv', 'cServ', 'cIntContrib'),
    amount: money(info, 'valores', 'vServPrest', 'vServ') ?? missing('vServ'),
    unconditionalDiscount: money(info, 'valores', 'vDescCondIncond', 'vDescIncond') ?? cents(0),
    conditionalDiscount: money(info, 'valores', 'vDescCondIncond', 'vDescCond') ?? cents(0),
    issWithheld: text(info, 'valores', 'trib', 'tribMun', 'tpRetISSQN'),
    issRateBasisPoints: money(info, 'valores', 'trib', 'tribMun', 'pAliq'),
  };
}

function requestFacts(request: XmlElement): EventRequestFacts {
  const info = element(request, 'infPedReg');
  const event = eventOf(info);
  return {
    id: attribute(info, 'Id'),
    accessKey: key(text(info, 'chNFSe'), 'chNFSe'),
    type: localName(event).slice(1),
    environment: text(info, 'tpAmb'),
    requestedAt: dateTime(info, 'dhEvento'),
    authorDocument: optional(info, 'CNPJAutor') ?? text(info, 'CPFAutor'),
    reasonCode: text(event, 'cMotivo'),
    reason: optional(event, 'xMotivo') ?? '',
  };
}

function eventOf(info: XmlElement): XmlElement {
  return info.children.find((child) => /^e\d{6}$/i.test(localName(child))) ?? missing('event');
}

/** The root of a document of ours, or of a client's: by its exact name and namespace. */
function root(xml: string, name: string): XmlElement {
  const found = parsed(xml, name);
  if (found.name !== name || found.attributes.xmlns !== NAMESPACE) throw new DocumentError(name);
  return found;
}

function anywhere(xml: string, name: string): XmlElement {
  return within(parsed(xml, name), name) ?? missing(name);
}

function within(element: XmlElement, name: string): XmlElement | undefined {
  if (isNamed(element, name)) return element;
  for (const child of element.children) {
    const found = within(child, name);
    if (found) return found;
  }
  return undefined;
}

function parsed(xml: string, name: string): XmlElement {
  try {
    return parseXml(xml);
  } catch (error) {
    if (error instanceof XmlError) throw new DocumentError(name, error);
    throw error;
  }
}

function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

function isNamed(element: XmlElement, name: string): boolean {
  return localName(element).toLowerCase() === name.toLowerCase();
}

function descend(element: XmlElement, ...path: readonly string[]): XmlElement | undefined {
  let here: XmlElement | undefined = element;
  for (const name of path) here = here?.children.find((child) => isNamed(child, name));
  return here;
}

function element(parent: XmlElement, ...path: readonly string[]): XmlElement {
  return descend(parent, ...path) ?? missing(path.join('/'));
}

function optional(parent: XmlElement, ...path: readonly string[]): string | undefined {
  const found = descend(parent, ...path);
  return found && found.text !== '' ? found.text : undefined;
}

function text(parent: XmlElement, ...path: readonly string[]): string {
  return optional(parent, ...path) ?? missing(path.join('/'));
}

function attribute(of: XmlElement, name: string): string {
  const [, value] = Object.entries(of.attributes).find(([one]) => one.toLowerCase() === name.toLowerCase()) ?? [];
  return value || missing(`${of.name}/@${name}`);
}

function key(found: string | undefined, where: string): AccessKey {
  return hasAccessKeyShape(found) ? found : missing(where);
}

function dateTime(parent: XmlElement, name: string): string {
  const found = text(parent, name);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/.test(found) ? found : missing(name);
}

/** The layout writes `10` as well as `10.00`; a percentage reads the same way, as basis points. */
function money(parent: XmlElement, ...path: readonly string[]): Cents | undefined {
  const found = optional(parent, ...path);
  if (found === undefined) return undefined;
  const match = /^(0|[1-9]\d{0,12})(?:\.(\d\d))?$/.exec(found);
  return match ? cents(Number(match[1]) * 100 + Number(match[2] ?? 0)) : missing(path.join('/'));
}

function missing(what: string): never {
  throw new DocumentError(what);
}
