import { localTime } from '../../../src/nfse/local-time.ts';
import { NAMESPACE } from '../../../src/nfse/national/dps-document.ts';
import { ANALYSIS } from '../../../src/nfse/national/event-types.ts';
import { element, inNamespace, leaf, writeXml } from '../../../src/nfse/xml-writer.ts';
import { registeredEvent, type Sign } from './authorised-documents.ts';
import type { StoredNote } from './notes.ts';

/** An event as the lists of events have it. */
export interface ListedEvent {
  readonly type: string;
  readonly xml: string;
}

/** The events of a note whose late cancellation was asked for, analysed by the city, and granted or refused. */
export function analysisEvents(note: StoredNote, granted: boolean, now: number, sign: Sign): readonly ListedEvent[] {
  const verdict = granted ? ANALYSIS.granted : ANALYSIS.refused;
  return [ANALYSIS.asked, verdict].map((type) => ({ type, xml: eventOf(note, type, now, sign) }));
}

function eventOf({ accessKey, nfseNumber, company }: StoredNote, type: string, now: number, sign: Sign): string {
  const request = element(
    'infPedReg',
    { Id: `PRE${accessKey}${type}` },
    leaf('tpAmb', '2'),
    leaf('verAplic', 'PrefeituraStandIn_1.0'),
    leaf('dhEvento', localTime(now, '-03:00')),
    leaf('CNPJAutor', company),
    leaf('chNFSe', accessKey),
    element(`e${type}`, {}, leaf('xDesc', DESCRIPTIONS[type])),
  );
  const xml = writeXml(inNamespace(NAMESPACE, element('pedRegEvento', { versao: '1.01' }, request)));
  const numbers = { at: now, nfseNumber, documentNumber: nfseNumber, random: '0' };
  return registeredEvent(xml, { accessKey, type }, numbers, sign);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  [ANALYSIS.asked]: 'Solicitação de Análise Fiscal para Cancelamento de NFS-e',
  [ANALYSIS.granted]: 'Cancelamento de NFS-e Deferido por Análise Fiscal',
  [ANALYSIS.refused]: 'Cancelamento de NFS-e Indeferido por Análise Fiscal',
};
