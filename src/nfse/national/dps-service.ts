import { Given, given, type Part, part } from '../layouts/content.ts';
import type { SaleEvent, SaleForeignTrade, SaleService, SaleWork } from '../sale.ts';
import { decimal, demandedLine, items, line } from './dps-fields.ts';
import { place } from './dps-parties.ts';
import { manyLines } from './text.ts';

/** `serv`: what was rendered, and where. */
export function service(service: SaleService): Part | undefined {
  const from = '/service';
  return part(from, {
    locPrest: part(
      from,
      service.country === undefined
        ? { cLocPrestacao: given(`${from}/municipalityCode`, service.municipalityCode) }
        : { cPaisPrestacao: given(`${from}/country`, service.country) },
    ),
    cServ: part(from, {
      cTribNac: given(`${from}/code`, service.code),
      cTribMun: given(`${from}/municipalCode`, service.municipalCode),
      xDescServ: new Given(`${from}/description`, manyLines(service.description)),
      cNBS: given(`${from}/nbsCode`, service.nbsCode),
      cIntContrib: given(`${from}/reference`, service.reference),
    }),
    comExt: foreignTrade(`${from}/foreignTrade`, service.foreignTrade),
    obra: work(`${from}/work`, service.work),
    atvEvento: event(`${from}/event`, service.event),
    infoCompl: information(`${from}/information`, service),
  });
}

/** `comExt`. */
export function foreignTrade(from: string, trade: SaleForeignTrade | undefined): Part | undefined {
  if (!trade) return undefined;
  return part(from, {
    mdPrestacao: given(`${from}/deliveryMode`, trade.deliveryMode),
    vincPrest: given(`${from}/relationship`, trade.relationship),
    tpMoeda: given(`${from}/currency`, trade.currency),
    vServMoeda: decimal(`${from}/amountInCurrency`, trade.amountInCurrency),
    mecAFComexP: given(`${from}/providerSupport`, trade.providerSupport),
    mecAFComexT: given(`${from}/customerSupport`, trade.customerSupport),
    movTempBens: given(`${from}/goodsMovement`, trade.goodsMovement),
    nDI: line(`${from}/importDeclaration`, trade.importDeclaration),
    nRE: line(`${from}/exportRegistration`, trade.exportRegistration),
    mdic: given(`${from}/shareWithMdic`, trade.shareWithMdic ? '1' : '0'),
  });
}

function work(from: string, work: SaleWork | undefined): Part | undefined {
  if (!work) return undefined;
  return part(from, {
    inscImobFisc: line(`${from}/propertyRegistration`, work.propertyRegistration),
    cObra: line(`${from}/number`, work.number),
    cCIB: given(`${from}/cib`, work.cib),
    end: place(`${from}/place`, work.place),
  });
}

function event(from: string, event: SaleEvent | undefined): Part | undefined {
  if (!event) return undefined;
  return part(from, {
    xNome: demandedLine(`${from}/name`, event.name),
    dtIni: given(`${from}/startDate`, event.startDate),
    dtFim: given(`${from}/endDate`, event.endDate),
    idAtvEvt: line(`${from}/number`, event.number),
    end: place(`${from}/place`, event.place),
  });
}

/** `idDocTec` has room for one document of responsibility: that of the work, where it has one. */
function information(from: string, { information = {}, work }: SaleService): Part | undefined {
  const at = `${from}/orderItems`;
  return part(from, {
    idDocTec: line('/service/work/art', work?.art) ?? line(`${from}/technicalDocument`, information.technicalDocument),
    docRef: line(`${from}/document`, information.document),
    xPed: line(`${from}/order`, information.order),
    gItemPed: part(at, {
      xItemPed: items(information.orderItems, (item, index) => demandedLine(`${at}/${index}`, item)),
    }),
    xInfComp: given(`${from}/text`, manyLines(information.text ?? '')),
  });
}
