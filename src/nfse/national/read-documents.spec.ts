import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { officialCheck, WITHOUT_SCHEMAS } from '../../../test/official-schemas.ts';
import { hasAccessKeyShape } from '../access-key.ts';
import { emission } from '../tax/sales.fixtures.ts';
import { buildCancellation, cancellationReason } from './cancellation-request.ts';
import { buildDps } from './dps-document.ts';
import { DocumentError, readDps, readEvent, readEventRequest, readNfse } from './read-documents.ts';

const eventSchema = await officialCheck('nacional-1.01-cnpj-alfa', 'pedRegEvento');
const key = '31062002211222333000181000000000010126110000000176';
const accessKey = hasAccessKeyShape(key) ? key : expect.fail();

const cancellation = buildCancellation({
  accessKey,
  companyCnpj: '11222333000181',
  reasonCode: '1',
  reason: 'Nota emitida com valor incorreto',
  at: '2026-11-10T15:00:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
});

describe('the official samples', () => {
  const sample = (name: string) => factFile(`samples/nacional/${name}.xml`) ?? '';

  needing(WITHOUT_FACTS, it)('of an authorised note reads as the sale it is about', () => {
    expect(readNfse(sample('nfse-retencoes'))).toMatchObject({
      accessKey: '31062002211222333000181000000000010326110000000394',
      nfseNumber: '103',
      issuedAt: '2026-11-10T09:30:04-03:00',
      dps: { amount: 1_000_000, unconditionalDiscount: 50_000, conditionalDiscount: 10_000, issWithheld: '2' },
    });
  });

  needing(WITHOUT_FACTS, it)('with an amount in whole reais reads in centavos', () => {
    expect(readDps(sample('dps-mei'))).toMatchObject({ amount: 18_000, customerDocument: '52998224725' });
  });

  needing(WITHOUT_FACTS, it)('without a customer has none', () => {
    expect(readDps(sample('dps-sem-tomador')).customerDocument).toBeUndefined();
  });

  needing(WITHOUT_FACTS, it)('of a cancellation reads as its event', () => {
    expect(readEvent(sample('evento-cancelamento-101101'))).toEqual({
      id: `EVT${key}101101001`,
      accessKey: key,
      type: '101101',
      processedAt: '2026-11-10T15:00:02-03:00',
    });
  });
});

describe('a request to cancel', () => {
  needing(WITHOUT_SCHEMAS, it)('satisfies the official schema', () => {
    expect(eventSchema?.(cancellation)).toBeUndefined();
  });

  it('reads back as what was asked', () => {
    expect(readEventRequest(cancellation)).toMatchObject({ accessKey: key, type: '101101', reasonCode: '1' });
  });

  it.each([
    ['fourteen characters', 'a'.repeat(14), undefined],
    ['fifteen characters', 'a'.repeat(15), 'a'.repeat(15)],
    ['fifteen characters that are mostly blanks', `a${' '.repeat(13)}b`, undefined],
    ['255 characters', 'a'.repeat(255), 'a'.repeat(255)],
    ['256 characters', 'a'.repeat(256), undefined],
    ['typographic quotes', 'Valor “errado” na nota', 'Valor "errado" na nota'],
  ])('takes or leaves a reason of %s', (_, given, written) => expect(cancellationReason(given)).toBe(written));
});

describe('a document that is not what it should be', () => {
  const dps = buildDps(emission);
  it.each([
    ['is not XML', 'x'],
    ['has a DTD', dps.replace('<DPS', '<!DOCTYPE DPS><DPS')],
    ['is of another namespace', dps.replace('sped.fazenda', 'example')],
    ['is another document', cancellation],
    ['lacks its amount', dps.replace(/<vServ>.*<\/vServ>/, '')],
    ['has an amount with one decimal', dps.replace('1500.00', '1500.0')],
    ['has an amount below zero', dps.replace('1500.00', '-1500.00')],
    ['has a time without offset', dps.replace('09:30:00-03:00', '09:30:00')],
  ])('is refused when it %s', (_, xml) => expect(() => readDps(xml)).toThrow(DocumentError));
});
