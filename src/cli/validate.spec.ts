import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needing } from '../../test/needs.ts';
import { OFFICIAL_SCHEMAS, WITHOUT_SCHEMAS } from '../../test/official-schemas.ts';
import { buildRps } from '../nfse/abrasf/rps-document.ts';
import { builtInFile } from '../nfse/municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../nfse/municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../nfse/municipality-profiles/dialects.ts';
import { ProfilesSchema } from '../nfse/municipality-profiles/schema.ts';
import { buildDps } from '../nfse/national/dps-document.ts';
import { emission } from '../nfse/tax/sales.fixtures.ts';
import { validate } from './validate.ts';
import { UsageError } from './verb.ts';

const directory = mkdtempSync(join(tmpdir(), 'nfse-validate-'));
afterAll(() => rmSync(directory, { recursive: true }));

const dps = buildDps(emission);
const DIALECTS = dialectsFrom([ProfilesSchema.parse(builtInFile)], ({ path, message }) =>
  expect.fail(`${path}: ${message}`),
);

/** What the verb answers about a file of this content. */
async function run(content: string | Uint8Array, ...args: readonly string[]) {
  writeFileSync(join(directory, 'document.xml'), content);
  const lines: string[] = [];
  const output = {
    out: (line: string) => void lines.push(line),
    err: (line: string) => void lines.push(line),
    document: () => {},
  };
  const exit = await validate(['document.xml', ...args], { directory, now: new Date(0), output });
  return { exit, lines };
}

async function json(content: string | Uint8Array, ...args: readonly string[]) {
  const { exit, lines } = await run(content, '--json', ...args);
  return { exit, ...JSON.parse(lines.join('\n')) };
}

describe('nfse validate', () => {
  it('finds nothing wrong with a good document, and ends with 0', async () => {
    expect(await run(dps)).toEqual({
      exit: 0,
      lines: ['document.xml: de acordo com o leiaute e as regras (nacional-1.01-cnpj-alfa).'],
    });
  });

  it('names place, reason and source of what is wrong, and ends with 1', async () => {
    const result = await json(dps.replace('<CEP>30130000', '\n<CEP>30130-000').replace('<nDPS>1<', '<nDPS>2<'));
    expect(result).toMatchObject({ exit: 1, valid: false, layout: 'nacional-1.01-cnpj-alfa', schema: false });
    expect(result.problems).toMatchObject([
      { source: 'layout', code: 'wrong-format', path: '/DPS/infDPS/toma/end/endNac/CEP', line: 2, column: 1 },
      { source: 'rules', code: 'E0004', path: '/DPS/infDPS/@Id', line: 1 },
    ]);
  });

  it('takes a CNPJ with letters, but not in the schemas before it', async () => {
    const result = await json(buildDps({ ...emission, companyCnpj: '12ABC34501DE35' }));
    expect(result).toMatchObject({ exit: 0, layout: 'nacional-1.01-cnpj-alfa' });
    const asNumeric = await json(buildDps({ ...emission, companyCnpj: '12ABC34501DE35' }), '--layout', 'nacional-1.01');
    expect(asNumeric).toMatchObject({ exit: 1, layout: 'nacional-1.01' });
  });

  it.each([...DIALECTS])("finds nothing wrong with the service's own RPS in the dialect %s", async (_, dialect) => {
    const rps = buildRps(emission, rpsStyleOf(dialect));
    const layout = `abrasf-${dialect.layout}`;
    expect(await json(rps)).toMatchObject({ exit: 0, layout, valid: true, problems: [] });
    expect(await json(rps.replace('<Cnpj>11222333000181', '<Cnpj>11222333000182'), '--layout', layout)).toMatchObject({
      exit: 1,
      problems: [{ source: 'rules', code: 'registration', path: expect.stringMatching(/Prestador.*Cnpj$/) }],
    });
    expect(await json(rps.replace('<Tipo>1', '<Tipo>9'), '--layout', layout)).toMatchObject({
      exit: 1,
      problems: [{ source: 'layout', path: expect.stringMatching(/IdentificacaoRps\/Tipo$/) }],
    });
  });

  it('judges the message in a SOAP envelope, and counts places in there', async () => {
    const message =
      '<ConsultarLoteRpsEnvio xmlns="http://www.abrasf.org.br/nfse.xsd"><Prestador><CpfCnpj><Cnpj>1</Cnpj></CpfCnpj></Prestador><Protocolo>1</Protocolo></ConsultarLoteRpsEnvio>';
    const envelope = (inside: string) =>
      `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><Op><cabec><![CDATA[<cabecalho xmlns="http://www.abrasf.org.br/nfse.xsd" versao="2.04"><versaoDados>2.04</versaoDados></cabecalho>]]></cabec><msg>${inside}</msg></Op></soap:Body></soap:Envelope>`;
    for (const inside of [`<![CDATA[${message}]]>`, message.replaceAll('<', '&lt;'), message]) {
      const result = await json(envelope(inside));
      expect(result).toMatchObject({ exit: 1, enveloped: true, layout: expect.stringMatching('abrasf') });
      expect(result.problems[0]).toMatchObject({ path: '/ConsultarLoteRpsEnvio/Prestador/CpfCnpj/Cnpj', line: 1 });
    }
    expect(await json(envelope(''))).toMatchObject({ exit: 1, problems: [{ code: 'unknown-document' }] });
  });

  it('reads Latin-1 where the document says so', async () => {
    const message = `<?xml version="1.0" encoding="ISO-8859-1"?><ListaMensagemRetorno xmlns="urn:city"><MensagemRetorno><Codigo>E1</Codigo><Mensagem>${'ã'.repeat(200)}</Mensagem></MensagemRetorno></ListaMensagemRetorno>`;
    expect(await json(Buffer.from(message, 'latin1'))).toMatchObject({ exit: 0, namespace: 'urn:city' });
  });

  it.each([
    ['what is not XML', '{"a": 1}', 'unreadable'],
    ['a document type', '<!DOCTYPE a><a/>', 'unreadable'],
    ['a document of nobody’s', '<a/>', 'unknown-document'],
  ])('refuses %s', async (_, content, code) => {
    expect(await json(content)).toMatchObject({ exit: 1, valid: false, problems: [{ code }] });
  });

  it.each([
    ['no file', []],
    ['two files', ['a.xml', 'b.xml']],
    ['a file that is not there', ['nothing.xml']],
    ['an unknown layout', ['document.xml', '--layout', 'nacional-9']],
    ['a folder without schemas', ['document.xml', '--schemas', '.']],
  ])('does not understand a call with %s', async (_, args) => {
    writeFileSync(join(directory, 'document.xml'), dps);
    const call = validate(args, {
      directory,
      now: new Date(0),
      output: { out: () => {}, err: () => {}, document: () => {} },
    });
    await expect(call).rejects.toThrow(UsageError);
  });

  needing(WITHOUT_SCHEMAS, it)('asks the official schema too, when told where it is', async () => {
    const schemas = ['--schemas', OFFICIAL_SCHEMAS ?? ''];
    expect(await json(dps, ...schemas)).toMatchObject({ exit: 0, schema: true });
    const bad = await json(dps.replace('<tpAmb>2', '<tpAmb>3'), ...schemas);
    expect(bad).toMatchObject({ exit: 1, problems: [{ source: 'layout' }, { source: 'schema' }] });
  });
});
