import type { AbrasfLayout } from './operations.ts';

/** Where the layouts differ in what is written here; whatever is not in this table they have in common. */
export interface LayoutTraits {
  readonly model: 1 | 2;
  /** The element that says what is declared, and bears the id that is signed. */
  readonly declaration: string;
  readonly customer: string;
  /** Who sends a batch: a group of its own, its fields, or its fields without a choice of document. */
  readonly batchProvider: 'group' | 'fields' | 'cnpj';
  /** Whether a CNPJ stands in a choice with the CPF. */
  readonly documentChoice: boolean;
  /** A rate as percent (`2.00`) or as a fraction (`0.0200`). */
  readonly rate: 'percent' | 'fraction';
  readonly issueTime: 'date' | 'dateTime';
  /** Where remarks for the reader stand: in an element of their own, or below the description. */
  readonly remarks: 'element' | 'description';
  readonly event: boolean;
  /** How an address abroad is written: as one text, in the fields of an address here, or not at all. */
  readonly addressAbroad: 'one-text' | 'fields' | undefined;
  /** Whether the answer about a batch tells its status, or an operation of its own does. */
  readonly batchStatus: 'in-answer' | 'own-operation';
}

/** @source ABRASF 2.04, 2.03 and 1.00, differences */
export const LAYOUT_TRAITS: Readonly<Record<AbrasfLayout, LayoutTraits>> = {
  '2.04': {
    model: 2,
    declaration: 'InfDeclaracaoPrestacaoServico',
    customer: 'TomadorServico',
    batchProvider: 'group',
    documentChoice: true,
    rate: 'percent',
    issueTime: 'date',
    remarks: 'element',
    event: true,
    addressAbroad: 'one-text',
    batchStatus: 'in-answer',
  },
  '2.03': {
    model: 2,
    declaration: 'InfDeclaracaoPrestacaoServico',
    customer: 'Tomador',
    batchProvider: 'fields',
    documentChoice: true,
    rate: 'percent',
    issueTime: 'date',
    remarks: 'description',
    event: false,
    addressAbroad: 'fields',
    batchStatus: 'in-answer',
  },
  '1.00': {
    model: 1,
    declaration: 'InfRps',
    customer: 'Tomador',
    batchProvider: 'cnpj',
    documentChoice: false,
    rate: 'fraction',
    issueTime: 'dateTime',
    remarks: 'description',
    event: false,
    addressAbroad: undefined,
    batchStatus: 'own-operation',
  },
};
