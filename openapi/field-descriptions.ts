import { COMPANY_FIELDS } from './field-descriptions/company-fields.ts';
import { EMISSION_FIELDS } from './field-descriptions/emission-fields.ts';
import { INVOICE_FIELDS } from './field-descriptions/invoice-fields.ts';
import { MUNICIPALITY_FIELDS } from './field-descriptions/municipality-fields.ts';
import { OPERATION_FIELDS } from './field-descriptions/operation-fields.ts';
import type { Texts } from './field-descriptions/texts.ts';

/** What each field is, by component and path. A field without a text keeps what its value says of itself (`values.ts`). */
export const FIELDS: Readonly<Record<string, Texts>> = {
  ...EMISSION_FIELDS,
  ...COMPANY_FIELDS,
  ...INVOICE_FIELDS,
  ...MUNICIPALITY_FIELDS,
  ...OPERATION_FIELDS,
};
