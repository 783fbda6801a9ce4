import type { LaneRecord } from '../commands/lanes/records.ts';
import { laneView } from '../commands/lanes/view.ts';
import { type MunicipalityCode, parseMunicipalityCode } from '../nfse/municipality.ts';
import { municipalityName } from '../nfse/municipality-names.ts';
import { isBesideCity, municipalityOf } from '../nfse/routing/lane.ts';
import type { Call } from './lambda.ts';
import { Problem } from './problem.ts';

/** The municipality that the path names. @throws Problem 404 for a code that IBGE has not given out */
export function municipalityIn({ event }: Call): MunicipalityCode {
  const code = parseMunicipalityCode(event.pathParameters?.municipalityCode);
  if (code) return code;
  throw new Problem({
    status: 404,
    code: 'municipality-not-found',
    title: 'Município não encontrado',
    detail: 'Não existe município com este código. Use o código IBGE de 7 dígitos.',
  });
}

/** A lane as the API gives it. Times are ISO 8601. */
export function laneResource(record: LaneRecord, now: Date): object {
  const { lane, ...view } = laneView(record, now.getTime());
  const municipalityCode = municipalityOf(lane);
  const beside = isBesideCity(lane) ? { authority: 'national' } : {};
  return { municipalityCode, name: municipalityName(municipalityCode), ...beside, ...view };
}
