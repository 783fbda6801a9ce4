import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { tax } from './tax.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request = {
  companyCnpj: '11222333000181',
  municipalityCode: '3106200',
  competenceDate: '2026-11-10',
  service: { code: '071001', description: 'Limpeza predial', nbsCode: '118041000' },
  customer: {
    cnpj: '12345678000195',
    name: 'Tomadora Exemplo S/A',
    address: {
      street: 'Avenida Exemplo',
      number: '1000',
      district: 'Centro',
      municipalityCode: '3106200',
      postalCode: '30130000',
    },
  },
  amounts: {
    service: '10000.00',
    unconditionalDiscount: '500.00',
    conditionalDiscount: '100.00',
    issWithheldBy: 'CUSTOMER',
    issRate: '5.00',
  },
  federalTaxes: { inssWithheld: '1045.00', irrfWithheld: '95.00', csrfWithheld: '441.75' },
};

/** What a verb wrote, and how it ended. */
async function run(verb: typeof check | typeof tax, ...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = await verb(args, { directory: folder, now: new Date('2026-11-23T15:00:00Z'), output });
  return { code, out, err };
}

async function taxOf(content: unknown, ...flags: readonly string[]) {
  writeFileSync(path.join(folder, 'request.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return run(tax, 'request.json', ...flags);
}

describe('nfse check', () => {
  it('ends with 0 when every value is right, and names a municipality', async () => {
    expect(await run(check, 'municipality', '3106200', '3550308')).toMatchObject({
      code: 0,
      out: ['3106200: válido (Belo Horizonte)', '3550308: válido (São Paulo)'],
    });
    expect((await run(check, 'cpf', '529.982.247-25')).out).toEqual(['529.982.247-25: válido, escreve-se 52998224725']);
  });

  it('ends with 1 when one is wrong, and says why', async () => {
    const { code, out } = await run(check, 'cnpj', '11222333000181', '11222333000182', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out.join(''))).toEqual([
      { kind: 'cnpj', value: '11222333000181', valid: true, canonical: '11222333000181', checkDigit: '81' },
      {
        kind: 'cnpj',
        value: '11222333000182',
        valid: false,
        checkDigit: '81',
        reason: 'os dígitos verificadores são 82 e deveriam ser 81',
      },
    ]);
  });

  it.each([[[]], [['cpf']], [['rg', '1']]])('ends with 2 for %j', async (args) => {
    expect(await run(check, ...args)).toMatchObject({ code: 2, out: [], err: [expect.stringMatching(/\S/)] });
  });
});

describe('nfse tax', () => {
  it('works a request out line by line', async () => {
    const { code, out } = await taxOf(request);
    expect(code).toBe(0);
    expect(
      out.map((line) =>
        line
          .replace(/\s{2,}/g, ' | ')
          .split(' | ')
          .slice(0, -1)
          .join(' | '),
      ),
    ).toEqual([
      'Preço do serviço (vServ) | 10000.00',
      'Desconto incondicionado | 500.00',
      'Base de cálculo do ISS (vBC) | 9500.00',
      'ISS (vISSQN) | 5.00 % de 9500.00 | 475.00',
      'INSS retido (vRetCP) | 11.00 % de 9500.00 | 1045.00',
      'IRRF retido (vRetIRRF) | 1.00 % de 9500.00 | 95.00',
      'PIS, COFINS e CSLL retidos (vRetCSLL) | 4.65 % de 9500.00 | 441.75',
      'ISS retido pelo tomador | 475.00',
      'Total retido (vTotalRet) | 2056.75',
      'Desconto condicionado | 100.00',
      'Valor líquido (vLiq) | 7343.25',
    ]);
  });

  it('gives the same as JSON, in decimal strings', async () => {
    const { out } = await taxOf(request, '--json');
    expect(JSON.parse(out.join(''))).toMatchObject({
      file: 'request.json',
      valid: true,
      price: '10000.00',
      issBase: '9500.00',
      iss: '475.00',
      totalWithheld: '2056.75',
      net: '7343.25',
      lines: expect.arrayContaining([
        expect.objectContaining({ code: 'iss', base: '9500.00', rate: '5.00', amount: '475.00' }),
      ]),
    });
  });

  it.each([
    ['a rule', { ...request, issuer: { simplesNacional: 'MEI' } }, '/amounts/issWithheldBy', 'withholding-mei'],
    ['its form', { ...request, amounts: { service: '10' } }, '/amounts/service', 'money'],
    ['not being JSON', '{', '', 'not-json'],
    ['not being an object', [], '', 'type'],
  ])('ends with 1 for a request refused by %s', async (_, content, pointer, errorCode) => {
    const { code, out } = await taxOf(content, '--json');
    expect(code).toBe(1);
    const { valid, errors } = JSON.parse(out.join(''));
    expect(valid).toBe(false);
    expect(errors).toContainEqual(expect.objectContaining({ pointer, code: errorCode, howToFix: expect.any(String) }));
    expect((await taxOf(content)).out.join('\n')).toContain(pointer || 'request.json');
  });

  it.each([[[]], [['nowhere.json']], [['a.json', 'b.json']], [['.']]])('ends with 2 for %j', async (args) => {
    expect(await run(tax, ...args)).toMatchObject({ code: 2, out: [], err: [expect.stringMatching(/\S/)] });
  });
});
