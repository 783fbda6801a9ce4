import * as fields from '../src/handlers/emission-fields.ts';

/** What JSON Schema can say of a value that the handlers check by more than its form. */
export interface ValueForm {
  readonly pattern?: string;
  readonly description: string;
  readonly examples: readonly string[];
}

const MONEY: ValueForm = {
  pattern: '^(0|[1-9]\\d{0,12})\\.\\d{2}$',
  description: 'Amount in reais, with two places.',
  examples: ['1500.00'],
};
const PERCENT = { description: 'Percentage, with two places.', examples: ['9.25'] };

/** By the schema itself: wherever a handler uses it, this is said of it. */
export const VALUE_FORMS: ReadonlyMap<unknown, ValueForm> = new Map<unknown, ValueForm>([
  [
    fields.cnpj,
    {
      pattern: '^[0-9A-Z]{12}[0-9]{2}$',
      description: 'CNPJ without punctuation, numeric or alphanumeric; its check digits must be right.',
      examples: ['11222333000181'],
    },
  ],
  [
    fields.cpf,
    {
      pattern: '^\\d{11}$',
      description: 'CPF without punctuation; its check digits must be right.',
      examples: ['52998224725'],
    },
  ],
  [fields.municipality, { pattern: '^\\d{7}$', description: "IBGE's code of a municipality.", examples: ['3106200'] }],
  [
    fields.placeOfService,
    {
      pattern: '^\\d{7}$',
      description: "IBGE's code of a municipality, or `0000000` for the territorial sea.",
      examples: ['3106200'],
    },
  ],
  [
    fields.country,
    { pattern: '^[A-Z]{2}$', description: 'ISO 3166 code of a country other than Brazil.', examples: ['US'] },
  ],
  [
    fields.accessKey,
    {
      pattern: '^[0-9A-Z]{50}$',
      description: 'Access key of a national note; its check digit must be right.',
      examples: ['31062001211222333000181000000000000126110000000001'],
    },
  ],
  [fields.money, MONEY],
  [fields.moneyIfAny, MONEY],
  [fields.rate, PERCENT],
  [fields.rateBelowAll, PERCENT],
  [fields.issRate, { description: 'Percentage of ISS, `"2.00"` to `"5.00"`.', examples: ['5.00'] }],
]);
