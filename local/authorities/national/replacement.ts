import { everywhere, type Part, part } from '../../../src/nfse/layouts/rules.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import { parseMunicipalityCode, utcOffsetOf } from '../../../src/nfse/municipality.ts';
import { CANCELLATION } from '../../../src/nfse/national/cancellation-request.ts';
import { LAYOUT_VERSION, NAMESPACE } from '../../../src/nfse/national/dps-document.ts';
import { readEventRequest } from '../../../src/nfse/national/read-documents.ts';
import { parseXml } from '../../../src/nfse/xml.ts';
import { element, inNamespace, leaf, writeXml } from '../../../src/nfse/xml-writer.ts';
import { type Authorisation, registeredEvent, type Sign } from './authorised-documents.ts';
import type { Refusal } from './layout-check.ts';
import type { Notes, StoredEvent, StoredNote } from './notes.ts';

/** Cancellation by replacement: the system registers it by itself when it issues the note that replaces. */
const REPLACEMENT = '105102';

/** What a replacement outside Simples Nacional must leave as it is: competence, service, municipal service, place of service. */
const LOCKED = [
  'dCompet',
  'serv/cServ/cTribNac',
  'serv/cServ/cTribMun',
  'serv/locPrest/cLocPrestacao',
  'serv/locPrest/cPaisPrestacao',
] as const;

/** What a replacement inside Simples Nacional, or of a MEI, must leave as it is. */
const LOCKED_IN_SIMPLES = ['dCompet', 'valores/vServPrest/vServ'] as const;

/** What identifies the customer, and must stay inside Simples Nacional where the replaced note has it. */
const CUSTOMER_IDENTITY = ['toma/CNPJ', 'toma/CPF', 'toma/NIF'] as const;

/** Whether an event took the note away. */
export function isCancelled(notes: Notes, accessKey: string): boolean {
  return [CANCELLATION, REPLACEMENT].some((type) => notes.event(accessKey, type) !== undefined);
}

/** What the system has against the replacement that a declaration asks for; nothing where it asks for none. */
export function replacementFaults(notes: Notes, dpsXml: string, company: string): readonly Refusal[] {
  const declared = declarationIn(dpsXml);
  const key = declared?.text('subst/chSubstda');
  if (!declared || key === undefined) return [];
  const original = notes.byKey(key);
  if (original?.company !== company) return [{ code: 'E0044', detail: key }];
  if (isCancelled(notes, key)) return [{ code: 'E0046', detail: key }];
  const before = declarationIn(original.xml);
  const inSimples = declared.text('prest/regTrib/opSimpNac') !== '1';
  const identity = CUSTOMER_IDENTITY.filter((path) => before?.text(path) !== undefined);
  const locked = inSimples ? [...LOCKED_IN_SIMPLES, ...identity] : LOCKED;
  const changed = locked.find((path) => declared.text(path) !== before?.text(path));
  return changed === undefined ? [] : [{ code: inSimples ? 'E0061' : 'E0060', detail: changed }];
}

/** The event that takes the replaced note away; `undefined` where the declaration replaces none. @param note the new one */
export function replacementEvent(
  dpsXml: string,
  note: Pick<StoredNote, 'accessKey' | 'company'>,
  authorisation: Authorisation,
  sign: Sign,
): StoredEvent | undefined {
  const replacement = declarationIn(dpsXml)?.child('subst');
  const accessKey = replacement?.text('chSubstda');
  const city = parseMunicipalityCode(accessKey?.slice(0, 7));
  if (!replacement || accessKey === undefined || !city) return undefined;
  const reasons = ['cMotivo', 'xMotivo'].map((name) => leaf(name, replacement.text(name)));
  const content = element(
    'infPedReg',
    { Id: `PRE${accessKey}${REPLACEMENT}` },
    leaf('tpAmb', '2'),
    leaf('verAplic', 'SefinStandIn_1.0'),
    leaf('dhEvento', localTime(authorisation.at, utcOffsetOf(city))),
    leaf(note.company.length === 11 ? 'CPFAutor' : 'CNPJAutor', note.company),
    leaf('chNFSe', accessKey),
    element(
      `e${REPLACEMENT}`,
      {},
      leaf('xDesc', 'Cancelamento de NFS-e por Substituição'),
      ...reasons,
      leaf('chSubstituta', note.accessKey),
    ),
  );
  const request = writeXml(inNamespace(NAMESPACE, element('pedRegEvento', { versao: LAYOUT_VERSION }, content)));
  const xml = registeredEvent(request, readEventRequest(request), authorisation, sign);
  return { kind: 'event', accessKey, type: REPLACEMENT, xml };
}

/** `infDPS` of a declaration, or of the one in a note. */
function declarationIn(xml: string): Part | undefined {
  const [found] = everywhere(parseXml(xml), 'infDPS');
  return found && part(found[0]);
}
