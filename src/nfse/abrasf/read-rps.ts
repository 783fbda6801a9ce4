import type { Cents } from '../cents.ts';
import { DocumentError } from '../national/read-documents.ts';
import { parseXml, type XmlElement, XmlError } from '../xml.ts';
import { all, at, localName, textOf } from './elements.ts';
import { documentIn, itemDigits, money } from './read-note.ts';

/** What an RPS of ours says, as far as anyone compares or repeats it. */
export interface RpsFacts {
  readonly series: string;
  readonly number: string;
  /** `DataEmissao`: a date in the model 2, a local time in 1.00. */
  readonly issuedAt: string;
  readonly companyCnpj: string;
  readonly municipalRegistration: string | undefined;
  readonly customerDocument: string | undefined;
  readonly serviceItem: string | undefined;
  readonly amount: Cents;
}

/** @throws DocumentError for anything that is no RPS */
export function readRps(xml: string): RpsFacts {
  const root = parsed(xml);
  const [declaration] = all(root, 'InfDeclaracaoPrestacaoServico', 'InfRps');
  if (localName(root) !== 'Rps' || !declaration) throw new DocumentError('Rps');
  return rpsFacts(declaration);
}

/** @throws DocumentError */
export function rpsFacts(declaration: XmlElement): RpsFacts {
  const provider = at(declaration, 'Prestador');
  const [identity] = all(declaration, 'IdentificacaoRps');
  return {
    series: textOf(identity, 'Serie') ?? missing('Serie'),
    number: textOf(identity, 'Numero') ?? missing('Numero'),
    issuedAt: textOf(declaration, 'DataEmissao') ?? missing('DataEmissao'),
    companyCnpj: documentIn(provider) ?? missing('Prestador'),
    municipalRegistration: textOf(provider, 'InscricaoMunicipal'),
    customerDocument: documentIn(at(declaration, 'TomadorServico') ?? at(declaration, 'Tomador')),
    serviceItem: itemDigits(textOf(declaration, 'ItemListaServico')),
    amount: money(textOf(declaration, 'ValorServicos')) ?? missing('ValorServicos'),
  };
}

function parsed(xml: string): XmlElement {
  try {
    return parseXml(xml);
  } catch (error) {
    if (error instanceof XmlError) throw new DocumentError('Rps', error);
    throw error;
  }
}

function missing(what: string): never {
  throw new DocumentError(what);
}
