import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchMessage,
  batchQuestion,
  cancellationMessage,
  noteQuestion,
  shortCancellation,
  singleMessage,
} from '../src/nfse/abrasf/messages.ts';
import type { AbrasfOperation } from '../src/nfse/abrasf/operations.ts';
import { buildRps } from '../src/nfse/abrasf/rps-document.ts';
import type { AccessKey } from '../src/nfse/access-key.ts';
import { builtInFile } from '../src/nfse/municipality-profiles/built-in.ts';
import { messageStyleOf, rpsStyleOf } from '../src/nfse/municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../src/nfse/municipality-profiles/dialects.ts';
import { type Dialect, ProfilesSchema } from '../src/nfse/municipality-profiles/schema.ts';
import { buildCancellation, cancellationReason } from '../src/nfse/national/cancellation-request.ts';
import { buildDps } from '../src/nfse/national/dps-document.ts';
import type { Sale } from '../src/nfse/sale.ts';
import { acceptableSale, forCityHall } from '../src/nfse/tax/any-sale.fixtures.ts';
import { UnwritableFields } from '../src/nfse/unwritable.ts';
import { parseXml } from '../src/nfse/xml.ts';
import { canonicalForm } from '../src/nfse/xmldsig/canonical-form.ts';
import { call } from '../src/worker/providers/abrasf/call.ts';
import type { HttpRequest } from '../src/worker/providers/transport.ts';

/** Text that a writer of XML gets wrong when it guesses what is markup already. */
const HOSTILE_TEXTS = [
  '&lt;b&gt; &amp;amp; &quot; &apos; &#13; &#xD; &nbsp; &unknown; & && &;',
  'a]]>b <![CDATA[c]]> <!-- d -->',
  '<?city-login password?> <?xml version="1.0"?> <?verbatim x?>',
  '{"json": [1]} --- yaml: 1 @attribute #text $cdata ?pi !comment',
  'line 1\r\nline 2\rline 3\ttab\n\n  blanks  ',
  'quotes " \' “curly” – dash… 🙂 ÿ\u00a0NBSP\u2028LS',
  '$& $1 $$ $` \\1 %s {0}',
];

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** The sales of fast-check's sample of this seed, each with a hostile text in one of its fields. */
function sampledSales(seed: number, numRuns: number): readonly Sale[] {
  return fc.sample(acceptableSale, { seed, numRuns }).map((sale, i) => {
    const text = HOSTILE_TEXTS[i % HOSTILE_TEXTS.length] ?? '';
    const { service, customer } = sale;
    return i % 2 === 0
      ? { ...sale, service: { ...service, description: `${text} ${service.description}` } }
      : { ...sale, ...(customer && { customer: { ...customer, name: `${text} ${customer.name}`.slice(0, 100) } }) };
  });
}

const bearing = {
  issuedAt: '2033-06-01T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
} as const;

/** What is written of a sale, or the fields that the layout has no room for, which are as much the writer's word. */
function writtenOr(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof UnwritableFields) return error.message;
    throw error;
  }
}

function declarationsOf(sales: readonly Sale[], alphanumericCnpj: boolean): readonly string[] {
  return sales.map((sale, i) =>
    writtenOr(() => buildDps({ ...sale, ...bearing, dps: { series: '1', number: i + 1 } }, { alphanumericCnpj })),
  );
}

function eventsOf(sales: readonly Sale[]): readonly string[] {
  return sales.flatMap(({ service }, i) => {
    const reason = cancellationReason(service.description.slice(0, 255));
    return reason === undefined
      ? []
      : buildCancellation({
          accessKey: `3106200221122233300018100000000000102611000000${String(i).padStart(4, '0')}` as AccessKey,
          companyCnpj: '11222333000181',
          reasonCode: '9',
          reason,
          at: bearing.issuedAt,
          environment: '2',
          softwareVersion: bearing.softwareVersion,
        });
  });
}

/** Every dialect that the product comes with. */
const DIALECTS: ReadonlyMap<string, Dialect> = dialectsFrom([ProfilesSchema.parse(builtInFile)], (fault) => {
  throw new RangeError(fault.message);
});

function rpsOf(sales: readonly Sale[], dialect: Dialect): readonly string[] {
  const style = rpsStyleOf(dialect);
  return sales.map((sale, i) =>
    writtenOr(() => buildRps({ ...forCityHall(sale), ...bearing, dps: { series: 'A1', number: i + 1 } }, style)),
  );
}

const requester = { companyCnpj: '11222333000181', municipalRegistration: '1234567' };

/** The body of each call that a city hall of the dialect may get about these RPS, whichever of them it has a use for. */
async function callsAbout(rps: readonly string[], dialect: Dialect): Promise<readonly string[]> {
  const bodies: string[] = [];
  const city = {
    transport: async ({ body = '' }: HttpRequest) => {
      bodies.push(body);
      return { status: 200, headers: {}, body: '' };
    },
    dialect,
    endpoint: { path: () => '/nfse' },
    environment: '2',
  } as const;
  for (const [operation, message, alone] of messagesAbout(rps, dialect)) await call(city, operation, message, alone);
  return bodies;
}

type Message = readonly [operation: AbrasfOperation, message: string, alone?: string];

function messagesAbout(rps: readonly string[], dialect: Dialect): readonly Message[] {
  const style = messageStyleOf(dialect);
  const note = { ...requester, nfseNumber: '20260001', municipalityCode: '3106200', reasonCode: '2' };
  const anonymous = { companyCnpj: '11222333000181' };
  const { shortForm } = dialect.cancellation;
  return [
    ...rps.flatMap((document, i): readonly Message[] => [
      ['GerarNfse', singleMessage(document, style)],
      ['RecepcionarLoteRps', batchMessage('RecepcionarLoteRps', document, i, requester, style)],
      ['RecepcionarLoteRpsSincrono', batchMessage('RecepcionarLoteRpsSincrono', document, i, anonymous, style)],
    ]),
    ['ConsultarNfsePorRps', noteQuestion({ series: 'A1', number: 7 }, requester, style)],
    ['ConsultarLoteRps', batchQuestion('ConsultarLoteRps', 'PRT & <1>', requester, style)],
    ['ConsultarSituacaoLoteRps', batchQuestion('ConsultarSituacaoLoteRps', '', anonymous, style)],
    ['CancelarNfse', cancellationMessage(note, style)],
    ...(shortForm ? [['CancelarNfse', shortCancellation(note, shortForm), shortForm.data] as const] : []),
  ];
}

/** Digest of all texts, and the first document among them in full, for a person to read. */
function recordOf(texts: readonly string[]) {
  return { texts: texts.length, sha256: sha256(JSON.stringify(texts)), first: texts.find(isDocument) };
}

function isDocument(text: string): boolean {
  return text.startsWith('<?xml');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('documents written', () => {
  it('have the bytes that they had when the service wrote its XML by itself', async () => {
    const sales = sampledSales(20_261_130, 500);
    const records: Record<string, unknown> = {
      'sales of the sample': sha256(JSON.stringify(sales)),
      'DPS, CNPJ with letters': recordOf(declarationsOf(sales, true)),
      'DPS, CNPJ of digits': recordOf(declarationsOf(sales, false)),
      'event 101101': recordOf(eventsOf(sales)),
    };
    for (const [name, dialect] of DIALECTS) {
      const rps = rpsOf(sales.slice(0, 100), dialect);
      const written = rps.filter(isDocument);
      records[`RPS, ${name}`] = recordOf(rps);
      records[`calls, ${name}`] = recordOf(await callsAbout(written.slice(0, 10), dialect));
    }
    // Another digest of the sales means that the sample changed, and not what is written of it: record both anew (`vitest -u`) in a
    // commit that leaves everything that writes as it is.
    await expect(`${JSON.stringify(records, null, 2)}\n`).toMatchFileSnapshot('written-documents.golden.json');
  });

  it('are their own canonical form, whatever is sold', () => {
    fc.assert(
      fc.property(acceptableSale, fc.constantFrom(...DIALECTS.values()), (sale, dialect) => {
        const written = [...declarationsOf([sale], true), ...eventsOf([sale]), ...rpsOf([sale], dialect)];
        for (const xml of written.filter(isDocument)) {
          const canonical = canonicalForm([parseXml(xml)], { exclusive: false, comments: false });
          expect(xml.replace(/(?<=^<[^>]*>)<Rps xmlns="">/, '<Rps>')).toBe(`${DECLARATION}${canonical}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});
