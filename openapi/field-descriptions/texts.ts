export type Texts = Readonly<Record<string, string>>;

export const under = (place: string, texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name === '' ? place : `${place}.${name}`, text]));

export const DPS: Texts = {
  dps: 'Number of the declaration (DPS; RPS of a city hall).',
  'dps.series': 'Series, `1` to `49999`.',
  'dps.number': 'Number within the series; the next one when left out. A number of your own moves the counter on.',
  'dps.jumpReason': 'Why the number is far ahead of the counter; of operators.',
};
export const PARTS: Texts = {
  competenceDate: 'Day that the service belongs to, not in the future; today in the municipality when left out.',
  issuer: 'How the issuer is taxed.',
  service: 'What was rendered.',
  customer: 'For whom, by one of `cnpj`, `cpf`, `nif` and `noNif`.',
  intermediary: 'Who stood between, described like the customer.',
  amounts: 'For how much.',
  iss: 'How the ISS takes the service, where that is not simply taxable.',
  federalTaxes: 'Own debits of PIS and COFINS, and what the customer withholds.',
  approximateTaxes:
    'What law 12.741 has the buyer told: amounts, percentages, or the one rate of the Simples; one form only.',
  ibsCbs: 'Of the tax reform.',
  replaces: 'The note that this one takes the place of. The authority cancels that note in the same step.',
};
export const REQUEST_ID = 'Idempotency key, where the header `Idempotency-Key` does not say it.';
export const HASH = 'SHA-256 of the commit and of the hash before it.';
