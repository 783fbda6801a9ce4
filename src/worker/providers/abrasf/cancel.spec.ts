import { describe, expect, it } from 'vitest';
import { SINGLE, standInProfiles } from '../../../../local/municipality-profiles.ts';
import { companyCnpj, invoiceId } from '../../../../test/invoices.ts';
import { type AbrasfProfile, profilesFrom } from '../../../nfse/municipality-profiles/profiles.ts';
import { abrasfProvider } from './provider.ts';

const DAY_MS = 86_400_000;
const issuedAt = '2026-11-10T09:31:02-03:00';

/** A city hall that takes cancellations for a month, and is asked nothing here. */
function cityHall() {
  const asked: string[] = [];
  const profile = profilesFrom(standInProfiles('http://127.0.0.1:9'))(SINGLE) as AbrasfProfile;
  const { dialect } = profile;
  const cancellation = { ...dialect.cancellation, deadlineDays: 30 };
  const provider = abrasfProvider({
    profile: { ...profile, dialect: { ...dialect, cancellation } },
    environment: '2',
    transport: async ({ path }) => {
      asked.push(path);
      return { status: 500, headers: {}, body: '' };
    },
  });
  const cancelAfter = (days: number) =>
    provider.cancel({
      invoiceId,
      companyCnpj,
      municipalityCode: SINGLE,
      dps: { series: '1', number: 118 },
      nfseNumber: '101',
      issuedAt,
      reasonCode: '2',
      reason: 'Serviço não prestado: o pedido foi desfeito.',
      at: new Date(Date.parse(issuedAt) + days * DAY_MS).toISOString(),
    });
  return { asked, cancelAfter };
}

describe("a cancellation after the city's deadline", () => {
  it('is not sent, and is told the deadline, the city, and the way that is left', async () => {
    const { asked, cancelAfter } = cityHall();
    expect(await cancelAfter(30.1)).toMatchObject({
      kind: 'rejected',
      error: {
        message: expect.stringContaining('30 dias de Contagem'),
        howToFix: expect.stringContaining('processo de cancelamento na prefeitura de Contagem'),
      },
    });
    expect(asked).toEqual([]);
  });

  it('that was asked for in time is sent, however late it is by then', async () => {
    const { asked, cancelAfter } = cityHall();
    await cancelAfter(29.9);
    expect(asked).not.toEqual([]);
  });
});
