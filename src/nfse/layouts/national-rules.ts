import { parseAccessKey } from '../access-key.ts';
import { parseCnpj } from '../cnpj.ts';
import type { XmlElement } from '../xml.ts';
import { DECLARATION_RULES } from './national-declaration-rules.ts';
import { idRule, instantRule, keyRule } from './national-rule-kinds.ts';
import {
  brokenRules,
  everywhere,
  localName,
  type Part,
  type Rule,
  type RuleProblem,
  registrationRule,
  rule,
} from './rules.ts';
import { signatureProblems } from './signature-rules.ts';

const exempt = (info: Part) => info.text('valores/vISSQN') === undefined;
const dps = 'DPS/infDPS/';

/** Of a note: its own arithmetic, and its name. */
const NOTE_RULES: readonly Rule[] = [
  {
    code: 'access-key',
    where: '@Id',
    broken: (info) => {
      const key = (info.text('@Id') ?? '').slice('NFS'.length);
      if (!parseAccessKey(key)) return 'O identificador não traz uma chave de acesso que confere.';
      const cnpj = info.text('emit/CNPJ');
      const number = key.slice(23, 36).replace(/^0+/, '');
      const same = (cnpj === undefined || key.slice(9, 23) === cnpj) && number === info.text('nNFSe');
      return same ? undefined : 'A chave de acesso não confere com o emitente ou com o número da nota.';
    },
  },
  instantRule('dhProc'),
  registrationRule('E0080', 'emit/CNPJ', 'CNPJ'),
  rule(
    'issued-after-declared',
    'dhProc',
    (info) => Date.parse(info.text('dhProc') ?? '') < Date.parse(info.text(`${dps}dhEmi`) ?? ''),
    'A nota foi processada antes de a declaração ser emitida.',
  ),
  rule(
    'iss-amount',
    'valores/vISSQN',
    (info) => {
      const [base, percent, tax] = ['vBC', 'pAliqAplic', 'vISSQN'].map((name) => info.money(`valores/${name}`));
      if (base === undefined || percent === undefined || tax === undefined) return false;
      // The authority's rounding is not published: a centavo either way is its affair.
      return Math.abs((base * percent) / 10_000 - tax) > 1;
    },
    'O ISS não é a base de cálculo vezes a alíquota.',
  ),
  rule(
    'net-amount',
    'valores/vLiq',
    (info) => {
      const net = info.money('valores/vLiq');
      const gross = info.money(`${dps}valores/vServPrest/vServ`);
      if (net === undefined || gross === undefined || (exempt(info) && !info.has('valores/vTotalRet'))) return false;
      const less = [
        'valores/vTotalRet',
        `${dps}valores/vDescCondIncond/vDescIncond`,
        `${dps}valores/vDescCondIncond/vDescCond`,
      ];
      return Math.abs(less.reduce((left, path) => left - (info.money(path) ?? 0), gross as number) - net) > 1;
    },
    'O valor líquido não é o valor do serviço menos descontos e retenções.',
  ),
];

const requestCode = (info: Part) =>
  info.element.children
    .map(localName)
    .find((name) => /^e\d{6}$/.test(name))
    ?.slice(1);

const EVENT_REQUEST_RULES: readonly Rule[] = [
  idRule('E0801', (info) => {
    const [key, code] = [info.text('chNFSe'), requestCode(info)];
    return key === undefined || code === undefined ? undefined : `PRE${key}${code}`;
  }),
  keyRule('access-key', 'chNFSe'),
  keyRule('access-key', 'e105102/chSubstituta'),
  instantRule('dhEvento'),
  registrationRule('E0080', 'CNPJAutor', 'CNPJ'),
  registrationRule('E0096', 'CPFAutor', 'CPF'),
  rule(
    'E0813',
    'CNPJAutor',
    (info) => {
      const [author, key] = [info.text('CNPJAutor'), info.text('chNFSe') ?? ''];
      const issuersOwn = ['101101', '101103', '105102'].includes(requestCode(info) ?? '');
      const issuer = parseCnpj(key.slice(9, 23));
      return issuersOwn && author !== undefined && issuer !== undefined && author.slice(0, 8) !== issuer.slice(0, 8);
    },
    'O autor do pedido não é o emitente da nota.',
  ),
  rule(
    'E0078',
    'e105102/xMotivo',
    (info) => info.text('e105102/cMotivo') === '99' && !info.has('e105102/xMotivo'),
    'O motivo 99 da substituição pede uma descrição em xMotivo.',
  ),
];

const requestPath = 'pedRegEvento/infPedReg';

const EVENT_RULES: readonly Rule[] = [
  idRule('event-id', (info) => {
    const request = info.child(requestPath);
    const [key, sequence] = [request?.text('chNFSe'), info.text('nSeqEvento')];
    const code = request && requestCode(request);
    if (key === undefined || code === undefined || sequence === undefined) return undefined;
    return `EVT${key}${code}${sequence.padStart(3, '0')}`;
  }),
  instantRule('dhProc'),
];

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  infDPS: DECLARATION_RULES,
  infNFSe: NOTE_RULES,
  infPedReg: EVENT_REQUEST_RULES,
  infEvento: EVENT_RULES,
};

/** Every rule broken anywhere in a national document: a note is also looked at for its declaration. */
export function nationalRuleProblems(root: XmlElement): readonly RuleProblem[] {
  const broken = Object.entries(RULES).flatMap(([name, rules]) =>
    everywhere(root, name).flatMap(([element, path]) => brokenRules(rules, element, path)),
  );
  return [...broken, ...signatureProblems(root)].sort((one, other) => one.at - other.at);
}
