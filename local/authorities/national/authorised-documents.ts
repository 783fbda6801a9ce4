import { type AccessKey, accessKey } from '../../../src/nfse/access-key.ts';
import { cents, formatCents } from '../../../src/nfse/cents.ts';
import { parseDpsId } from '../../../src/nfse/dps-id.ts';
import { localTime } from '../../../src/nfse/local-time.ts';
import { parseMunicipalityCode, stateOf, utcOffsetOf } from '../../../src/nfse/municipality.ts';
import { LAYOUT_VERSION, NAMESPACE } from '../../../src/nfse/national/dps-document.ts';
import type { DpsFacts } from '../../../src/nfse/national/read-documents.ts';
import {
  element,
  group,
  inNamespace,
  leaf,
  verbatim,
  writeXml,
  type XmlContent,
} from '../../../src/nfse/xml-writer.ts';
import type { SigningProfile } from '../../../src/nfse/xmldsig/profile.ts';

const SOFTWARE = 'SefinStandIn_1.0';
/** What the stand-in's cities charge where the declaration states no rate: the legal minimum. */
const DEFAULT_ISS_BASIS_POINTS = 200;
const MEI = '2';
/**
 * As the real server signs, but that its canonical form keeps comments, of which there are none here.
 *
 * @source facts §5: RSA-SHA256, exclusive canonicalisation, observed
 */
export const NATIONAL_SYSTEM_SIGNING: SigningProfile = {
  elements: ['infNFSe', 'infEvento'],
  position: 'behind',
  exclusive: true,
  hash: 'sha256',
};

const OWN_NAMESPACE = new RegExp(`^(<\\w+) xmlns="${NAMESPACE}"`);

/** Adds a signature to a document, in the place that its layout has for it. */
export type Sign = (xml: string) => string;

/** What the authority decides of a document: when, and its numbers. */
export interface Authorisation {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the issuer's own sequence. */
  readonly nfseNumber: number;
  /** Of the nation's sequence of documents. */
  readonly documentNumber: number;
  /** Nine digits. */
  readonly random: string;
}

/**
 * The authorised note around a declaration that passed every check: its key and its XML.
 *
 * @param sign adds the authority's signature
 */
export function authorisedNote(
  dpsXml: string,
  dps: DpsFacts,
  authorisation: Authorisation,
  sign: Sign,
): { key: AccessKey; xml: string } {
  const parts = parseDpsId(dps.id);
  if (!parts) throw new RangeError(`${dps.id} was not checked`);
  const { municipalityCode } = parts;
  const processedAt = localTime(authorisation.at, utcOffsetOf(municipalityCode));
  const yearMonth = `${processedAt.slice(2, 4)}${processedAt.slice(5, 7)}`;
  const { nfseNumber, random } = authorisation;
  const key = accessKey({ ...parts, generatedBy: '2', nfseNumber, yearMonth, random });
  const serviceCity = parseMunicipalityCode(dps.serviceMunicipalityCode) ?? municipalityCode;
  const content = [
    leaf('xLocEmi', cityName(municipalityCode)),
    leaf('xLocPrestacao', cityName(serviceCity)),
    leaf('nNFSe', nfseNumber),
    leaf('cLocIncid', municipalityCode),
    leaf('xLocIncid', cityName(municipalityCode)),
    leaf('xTribNac', `Servico ${dps.serviceCode}`),
    leaf('verAplic', SOFTWARE),
    leaf('ambGer', '2'),
    leaf('tpEmis', '1'),
    leaf('procEmi', '1'),
    leaf('cStat', dps.simplesNacional === MEI ? '107' : '100'),
    leaf('dhProc', processedAt),
    leaf('nDFSe', authorisation.documentNumber),
    issuer(dps, municipalityCode, stateOf(municipalityCode)),
    computedValues(dps),
    embedded(dpsXml),
  ];
  return { key, xml: sign(document('NFSe', 'infNFSe', `NFS${key}`, content)) };
}

/**
 * The registered event around its request.
 *
 * @param sign adds the authority's signature
 */
export function registeredEvent(
  requestXml: string,
  request: { readonly accessKey: string; readonly type: string },
  authorisation: Authorisation,
  sign: Sign,
): string {
  const code = parseMunicipalityCode(request.accessKey.slice(0, 7));
  if (!code) throw new RangeError(`${request.accessKey} was not checked`);
  const content = [
    leaf('verAplic', SOFTWARE),
    leaf('ambGer', '2'),
    leaf('nSeqEvento', '001'),
    leaf('dhProc', localTime(authorisation.at, utcOffsetOf(code))),
    leaf('nDFSe', authorisation.documentNumber),
    embedded(requestXml),
  ];
  return sign(document('evento', 'infEvento', `EVT${request.accessKey}${request.type}001`, content));
}

function document(root: string, info: string, id: string, content: readonly (XmlContent | undefined)[]): string {
  const inner = element(info, { Id: id }, ...content);
  return writeXml(inNamespace(NAMESPACE, element(root, { versao: LAYOUT_VERSION }, inner)));
}

/** A document as it stands in another: without its XML declaration, nor that of the namespace which it shares with what is around it. */
function embedded(xml: string): XmlContent {
  return verbatim(xml.replace(/^\uFEFF?<\?xml[^>]*\?>\s*/, '').replace(OWN_NAMESPACE, '$1'));
}

/** The real system takes name and address from its register; the stand-in makes them up. */
function issuer(dps: DpsFacts, municipalityCode: string, state: string): XmlContent | undefined {
  return group(
    'emit',
    leaf(dps.issuerDocument.length === 11 ? 'CPF' : 'CNPJ', dps.issuerDocument),
    leaf('IM', dps.issuerMunicipalRegistration),
    leaf('xNome', `Prestador ${dps.issuerDocument}`),
    group(
      'enderNac',
      leaf('xLgr', 'Rua do Cadastro'),
      leaf('nro', '1'),
      leaf('xBairro', 'Centro'),
      leaf('cMun', municipalityCode),
      leaf('UF', state),
      leaf('CEP', '00000001'),
    ),
  );
}

/**
 * Base, ISS and net value. MEI pays a fixed sum, so that only the net value stands in its notes.
 *
 * @source NFS-e national layout 1.01, valores: vLiq = vServ − both discounts − what is retained
 */
function computedValues(dps: DpsFacts): XmlContent | undefined {
  const base = dps.amount - dps.unconditionalDiscount;
  const basisPoints = dps.issRateBasisPoints ?? DEFAULT_ISS_BASIS_POINTS;
  const iss = Math.floor((base * basisPoints + 5000) / 10_000);
  const retained = dps.issWithheld === '1' || dps.simplesNacional === MEI ? 0 : iss;
  const net = formatCents(cents(base - dps.conditionalDiscount - retained));
  if (dps.simplesNacional === MEI) return group('valores', leaf('vLiq', net));
  return group(
    'valores',
    leaf('vBC', formatCents(cents(base))),
    leaf('pAliqAplic', formatCents(cents(basisPoints))),
    leaf('vISSQN', formatCents(cents(iss))),
    leaf('vTotalRet', formatCents(cents(retained))),
    leaf('vLiq', net),
  );
}

function cityName(code: string): string {
  return `Municipio ${code}`;
}
