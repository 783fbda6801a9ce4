import type { SaleEvent, SaleForeignTrade, SaleInformation, SaleService, SaleWork } from '../sale.ts';
import { group, leaf } from '../xml.ts';
import { bounded, decimal, optional, required, UnwritableField } from './dps-fields.ts';
import { place } from './dps-parties.ts';
import { manyLines } from './text.ts';

/** `serv`: what was rendered, and where. */
export function service(given: SaleService): string {
  const description = bounded(manyLines(given.description), 2000, '/service/description');
  if (description === '') throw new UnwritableField('/service/description', 'empty');
  return group(
    'serv',
    group(
      'locPrest',
      given.country === undefined
        ? leaf('cLocPrestacao', given.municipalityCode)
        : leaf('cPaisPrestacao', given.country),
    ),
    group(
      'cServ',
      leaf('cTribNac', given.code),
      leaf('cTribMun', given.municipalCode),
      leaf('xDescServ', description),
      leaf('cNBS', given.nbsCode),
      leaf('cIntContrib', given.reference),
    ),
    foreignTrade(given.foreignTrade),
    work(given.work),
    event(given.event),
    information(given.information),
  );
}

function foreignTrade(given: SaleForeignTrade | undefined): string {
  if (!given) return '';
  const at = '/service/foreignTrade';
  return group(
    'comExt',
    leaf('mdPrestacao', given.deliveryMode),
    leaf('vincPrest', given.relationship),
    leaf('tpMoeda', given.currency),
    leaf('vServMoeda', decimal(given.amountInCurrency)),
    leaf('mecAFComexP', given.providerSupport),
    leaf('mecAFComexT', given.customerSupport),
    leaf('movTempBens', given.goodsMovement),
    leaf('nDI', optional(given.importDeclaration, 12, `${at}/importDeclaration`)),
    leaf('nRE', optional(given.exportRegistration, 12, `${at}/exportRegistration`)),
    leaf('mdic', given.shareWithMdic ? '1' : '0'),
  );
}

function work(given: SaleWork | undefined): string {
  if (!given) return '';
  const at = '/service/work';
  return group(
    'obra',
    leaf('inscImobFisc', optional(given.propertyRegistration, 30, `${at}/propertyRegistration`)),
    leaf('cObra', optional(given.number, 30, `${at}/number`)),
    leaf('cCIB', given.cib),
    place(given.place, `${at}/place`),
  );
}

function event(given: SaleEvent | undefined): string {
  if (!given) return '';
  const at = '/service/event';
  return group(
    'atvEvento',
    leaf('xNome', required(given.name, 255, `${at}/name`)),
    leaf('dtIni', given.startDate),
    leaf('dtFim', given.endDate),
    leaf('idAtvEvt', optional(given.number, 30, `${at}/number`)),
    place(given.place, `${at}/place`),
  );
}

function information(given: SaleInformation | undefined): string {
  if (!given) return '';
  const at = '/service/information';
  const text = bounded(manyLines(given.text ?? ''), 2000, `${at}/text`);
  const items = given.orderItems ?? [];
  return group(
    'infoCompl',
    leaf('idDocTec', optional(given.technicalDocument, 40, `${at}/technicalDocument`)),
    leaf('docRef', optional(given.document, 255, `${at}/document`)),
    leaf('xPed', optional(given.order, 60, `${at}/order`)),
    group('gItemPed', ...items.map((item, place) => leaf('xItemPed', required(item, 60, `${at}/orderItems/${place}`)))),
    leaf('xInfComp', text === '' ? undefined : text),
  );
}
