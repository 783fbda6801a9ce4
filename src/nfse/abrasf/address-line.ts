import { oneLine } from '../national/text.ts';

/** What an address may be made of, in the order in which it is read. */
interface AddressParts {
  readonly street: string;
  readonly number: string;
  readonly complement?: string | undefined;
  readonly district: string;
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly municipalityCode?: string | undefined;
}

/** An address as one text, for a layout that has no fields for it. */
export function addressLine(address: AddressParts): string {
  const { street, number, complement, district, city, region, postalCode, municipalityCode } = address;
  return [street, number, complement, district, city, region, postalCode, municipalityCode]
    .map((text) => oneLine(text ?? ''))
    .filter((text) => text !== '')
    .join(', ');
}
