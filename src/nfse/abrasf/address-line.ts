import { oneLine } from '../national/text.ts';

/** What an address may be made of. */
interface AddressParts {
  readonly street: string;
  readonly number: string;
  readonly complement?: string | undefined;
  readonly district: string;
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly municipalityCode?: string | undefined;
  /** Of a place that is abroad. */
  readonly foreign?: Pick<AddressParts, 'city' | 'region' | 'postalCode'> | undefined;
}

export interface AddressLine {
  readonly text: string;
  /** Pointers of the members that the text says. One of which nothing can be written is none of them. */
  readonly from: readonly string[];
}

/**
 * An address as one text, in the order in which it is read, for a layout that has no fields for it.
 *
 * @param at where the address stands in the request
 */
export function addressLine(at: string, address: AddressParts): AddressLine {
  const { street, number, complement, district, city, region, postalCode, municipalityCode, foreign } = address;
  const parts = {
    street,
    number,
    complement,
    district,
    city,
    region,
    'foreign/city': foreign?.city,
    'foreign/region': foreign?.region,
    'foreign/postalCode': foreign?.postalCode,
    postalCode,
    municipalityCode,
  };
  const said = Object.entries(parts)
    .map(([member, text]) => [`${at}/${member}`, oneLine(text ?? '')] as const)
    .filter(([, text]) => text !== '');
  return { text: said.map(([, text]) => text).join(', '), from: said.map(([pointer]) => pointer) };
}
