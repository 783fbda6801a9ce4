import type { AbrasfLayout } from '../../../src/nfse/abrasf/operations.ts';

/** One of the city halls that the stand-in is, each below a path of its name. */
export interface City {
  readonly layout: AbrasfLayout;
  /** How it carries its documents in SOAP. */
  readonly payload: 'cdata' | 'escaped' | 'inline';
  /** The password that it gave every company, whatever the user; without one it asks for none. */
  readonly password?: string;
  /** Takes the message in any vendor's dialect, at any address below its name: with or without header, of whatever version. */
  readonly anyDialect?: true;
}

/** The names are those of `local/municipality-profiles.ts`, which leads municipalities here. */
export const CITIES: Readonly<Record<string, City>> = {
  contagem: { layout: '2.04', payload: 'cdata' },
  uberlandia: { layout: '2.04', payload: 'escaped' },
  'juiz-de-fora': { layout: '2.03', payload: 'escaped' },
  'montes-claros': { layout: '1.00', payload: 'inline' },
  'governador-valadares': { layout: '2.04', payload: 'cdata', password: 'senha & prefeitura' },
  'any-2.04': { layout: '2.04', payload: 'cdata', anyDialect: true },
  'any-2.03': { layout: '2.03', payload: 'escaped', anyDialect: true },
  'any-1.00': { layout: '1.00', payload: 'inline', anyDialect: true },
};

export const NAMESPACE = 'http://www.abrasf.org.br/nfse.xsd';
