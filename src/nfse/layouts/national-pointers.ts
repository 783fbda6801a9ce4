import type { XmlElement } from '../xml.ts';
import { part } from './rules.ts';

/**
 * Which part of an emission request each element of a declaration is written from: path below `/DPS/infDPS`, JSON pointer (RFC 6901).
 * What is not here the service writes by itself, so nothing that a client sends mends it.
 */
type Pointers = Readonly<Record<string, string>>;

const within = (path: string, pointer: string, of: Pointers): Pointers =>
  Object.fromEntries(
    Object.entries({ '': '', ...of }).map(([below, member]) => [
      below === '' ? path : `${path}/${below}`,
      pointer + member,
    ]),
  );

const street: Pointers = { xLgr: '/street', nro: '/number', xCpl: '/complement', xBairro: '/district' };
const cityAbroad: Pointers = { cEndPost: '/postalCode', xCidade: '/city', xEstProvReg: '/region' };

const party: Pointers = {
  CNPJ: '/cnpj',
  CPF: '/cpf',
  NIF: '/nif',
  cNaoNIF: '/noNif',
  IM: '/municipalRegistration',
  xNome: '/name',
  fone: '/phone',
  email: '/email',
  ...within('end', '/address', street),
  'end/endNac/cMun': '/address/municipalityCode',
  'end/endNac/CEP': '/address/postalCode',
  ...within('end/endExt', '/foreignAddress', { cPais: '/country', ...cityAbroad, ...street }),
};

const place: Pointers = within('end', '/place', {
  ...street,
  CEP: '/postalCode',
  ...within('endExt', '/foreign', cityAbroad),
});

const service: Pointers = {
  'locPrest/cLocPrestacao': '/municipalityCode',
  'locPrest/cPaisPrestacao': '/country',
  'cServ/cTribNac': '/code',
  'cServ/cTribMun': '/municipalCode',
  'cServ/xDescServ': '/description',
  'cServ/cNBS': '/nbsCode',
  'cServ/cIntContrib': '/reference',
  ...within('comExt', '/foreignTrade', {
    mdPrestacao: '/deliveryMode',
    vincPrest: '/relationship',
    tpMoeda: '/currency',
    vServMoeda: '/amountInCurrency',
    mecAFComexP: '/providerSupport',
    mecAFComexT: '/customerSupport',
    movTempBens: '/goodsMovement',
    nDI: '/importDeclaration',
    nRE: '/exportRegistration',
    mdic: '/shareWithMdic',
  }),
  ...within('obra', '/work', { inscImobFisc: '/propertyRegistration', cObra: '/number', cCIB: '/cib', ...place }),
  ...within('atvEvento', '/event', {
    xNome: '/name',
    dtIni: '/startDate',
    dtFim: '/endDate',
    idAtvEvt: '/number',
    ...place,
  }),
  ...within('infoCompl', '/information', {
    idDocTec: '/technicalDocument',
    docRef: '/document',
    xPed: '/order',
    gItemPed: '/orderItems',
    'gItemPed/xItemPed': '/orderItems',
    xInfComp: '/text',
  }),
};

const amounts: Pointers = {
  'vServPrest/vServ': '/service',
  'vDescCondIncond/vDescIncond': '/unconditionalDiscount',
  'vDescCondIncond/vDescCond': '/conditionalDiscount',
  'vDedRed/vDR': '/deduction',
  'vDedRed/pDR': '/deductionRate',
};

const taxes: Pointers = {
  ...within('tribMun', '/iss', {
    tribISSQN: '/taxation',
    cPaisResult: '/resultCountry',
    tpImunidade: '/immunity',
    ...within('exigSusp', '/suspension', { tpSusp: '/kind', nProcesso: '/process' }),
    ...within('BM', '/benefit', { nBM: '/number', vRedBCBM: '/reduction', pRedBCBM: '/reductionRate' }),
  }),
  'tribMun/tpRetISSQN': '/amounts/issWithheldBy',
  'tribMun/pAliq': '/amounts/issRate',
  ...within('tribFed', '/federalTaxes', {
    ...within('piscofins', '/pisCofins', {
      CST: '/cst',
      vBCPisCofins: '/base',
      pAliqPis: '/pisRate',
      pAliqCofins: '/cofinsRate',
      vPis: '/pis',
      vCofins: '/cofins',
      tpRetPisCofins: '/withheld',
    }),
    vRetCP: '/inssWithheld',
    vRetIRRF: '/irrfWithheld',
    vRetCSLL: '/csrfWithheld',
  }),
  ...within('totTrib', '/approximateTaxes', {
    'vTotTrib/vTotTribFed': '/federal',
    'vTotTrib/vTotTribEst': '/state',
    'vTotTrib/vTotTribMun': '/municipal',
    'pTotTrib/pTotTribFed': '/federalRate',
    'pTotTrib/pTotTribEst': '/stateRate',
    'pTotTrib/pTotTribMun': '/municipalRate',
    pTotTribSN: '/simplesRate',
  }),
};

const consumptionTaxes: Pointers = {
  indFinal: '/personalUse',
  cIndOp: '/operationCode',
  tpOper: '/governmentOperation',
  gRefNFSe: '/referencedNotes',
  'gRefNFSe/refNFSe': '/referencedNotes',
  tpEnteGov: '/governmentEntity',
  ...within('dest', '/recipient', party),
  ...within('valores/trib/gIBSCBS', '', {
    CST: '/cst',
    cClassTrib: '/classification',
    cCredPres: '/presumedCredit',
    ...within('gTribRegular', '/regular', { CSTReg: '/cst', cClassTribReg: '/classification' }),
    ...within('gDif', '/deferral', { pDifUF: '/stateRate', pDifMun: '/municipalRate', pDifCBS: '/cbsRate' }),
  }),
};

const POINTERS: Pointers = {
  serie: '/dps/series',
  dCompet: '/competenceDate',
  cLocEmi: '/municipalityCode',
  ...within('subst', '/replaces', { chSubstda: '/accessKey', cMotivo: '/reasonCode', xMotivo: '/reason' }),
  'prest/CNPJ': '/companyCnpj',
  'prest/IM': '/issuer/municipalRegistration',
  'prest/regTrib/opSimpNac': '/issuer/simplesNacional',
  'prest/regTrib/regApTribSN': '/issuer/simplesRegime',
  'prest/regTrib/regEspTrib': '/issuer/specialRegime',
  ...within('toma', '/customer', party),
  ...within('interm', '/intermediary', party),
  ...within('serv', '/service', service),
  ...within('valores', '/amounts', amounts),
  ...within('valores/trib', '', taxes),
  ...within('IBSCBS', '/ibsCbs', consumptionTaxes),
};

const DECLARATION = '/DPS/infDPS/';

/**
 * The part of the request that an element of a declaration comes from.
 *
 * @param path as the problems have it: `/DPS/infDPS/toma/CNPJ`, `…/gItemPed/xItemPed[2]`, `…/obra/cObra|cCIB|end` where one of
 * several is missing, which is the affair of what holds them
 * @param root the declaration: a street stands in the same place at home and abroad, and a request has it in two
 * @returns `undefined` for what no client writes
 */
export function emissionPointer(path: string, root: XmlElement): string | undefined {
  if (!path.startsWith(DECLARATION)) return undefined;
  const [, element = '', number] = /^(.*?)(?:\/[^/]*\|[^/]*|\[(\d+)\])?$/.exec(path.slice(DECLARATION.length)) ?? [];
  const abroad = element.replace(/\/end\/(\w+)$/, '/end/endExt/$1');
  const isAbroad = part(root).has(`infDPS/${abroad.replace(/\/\w+$/, '')}`) && Object.hasOwn(POINTERS, abroad);
  const known = isAbroad ? abroad : element;
  const pointer = Object.hasOwn(POINTERS, known) ? POINTERS[known] : undefined;
  if (!pointer) return undefined;
  return number === undefined ? pointer : `${pointer}/${Number(number) - 1}`;
}
