import { isOperationCode } from '../operation-codes.ts';
import { isExport, listedService } from './national-facts.ts';
import { countryRule } from './national-party-rules.ts';
import { placeOfServiceRule } from './national-rule-kinds.ts';
import { type Part, type Rule, rule } from './rules.ts';

/** A group that some services require and all others forbid. */
function requiredGroup(group: string, requires: 'work' | 'event', missing: string, forbidden: string): readonly Rule[] {
  const where = `serv/${group}`;
  const isRequired = (info: Part) => listedService(info)?.requires === requires;
  return [
    rule(missing, where, (info) => isRequired(info) && !info.has(where), `Este serviço exige o grupo ${group}.`),
    rule(
      forbidden,
      where,
      (info) => info.has(where) && listedService(info) !== undefined && !isRequired(info),
      `Este serviço não aceita o grupo ${group}.`,
    ),
  ];
}

/** Of a declaration: what was rendered, and where. */
export const SERVICE_RULES: readonly Rule[] = [
  placeOfServiceRule('E0302', 'serv/locPrest/cLocPrestacao'),
  countryRule('E0304', 'serv/locPrest/cPaisPrestacao'),
  rule(
    'E0310',
    'serv/cServ/cTribNac',
    (info) => info.has('serv/cServ/cTribNac') && listedService(info) === undefined,
    'O código não existe na lista nacional de serviços.',
  ),
  rule(
    'E0318',
    'serv/cServ/cNBS',
    (info) => isExport(info) && !info.has('serv/cServ/cNBS'),
    'Na exportação o código NBS do serviço é obrigatório.',
  ),
  rule(
    'E0322',
    'serv/cServ/cNBS',
    (info) => info.has('IBSCBS') && !info.has('serv/cServ/cNBS'),
    'Com o grupo IBSCBS o código NBS do serviço é obrigatório.',
  ),
  rule(
    'E0330',
    'serv/comExt',
    (info) => isExport(info) && !info.has('serv/comExt'),
    'Na exportação os dados de comércio exterior são obrigatórios.',
  ),
  ...requiredGroup('obra', 'work', 'E0370', 'E0372'),
  ...requiredGroup('atvEvento', 'event', 'E0390', 'E0392'),
  rule(
    'event-dates',
    'serv/atvEvento/dtFim',
    (info) => (info.text('serv/atvEvento/dtFim') ?? '~') < (info.text('serv/atvEvento/dtIni') ?? ''),
    'O evento não pode terminar antes de começar.',
  ),
  rule(
    'E0850',
    'IBSCBS',
    (info) => info.has('IBSCBS') && (info.text('dCompet') ?? '~') < '2026',
    'O grupo de IBS e CBS só existe para competências a partir de 2026.',
  ),
  rule(
    'E0901',
    'IBSCBS/cIndOp',
    (info) => info.has('IBSCBS/cIndOp') && !isOperationCode(info.text('IBSCBS/cIndOp') ?? ''),
    'O indicador da operação não está na tabela de cIndOp.',
  ),
  rule(
    'recipient',
    'IBSCBS/dest',
    (info) => {
      // In the group, or before it as Technical Note 009 has them.
      const said = info.text('IBSCBS/indDest') ?? info.text('indDest');
      return info.has('IBSCBS') && (said === '1') !== (info.has('IBSCBS/dest') || info.has('dest'));
    },
    'O destinatário é informado quando, e só quando, indDest é 1.',
  ),
  rule(
    'E0959',
    'IBSCBS/valores/trib/gIBSCBS/cClassTrib',
    (info) => {
      // In the detail, or before it as Technical Note 009 has them.
      const trib = info.child('IBSCBS/valores/trib');
      const said = (name: string) => trib?.text(`gIBSCBS/${name}`) ?? trib?.text(name) ?? '';
      return !said('cClassTrib').startsWith(said('CST'));
    },
    'A classificação tributária começa pelos três dígitos do CST.',
  ),
];
