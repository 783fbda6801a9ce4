import { Given } from '../layouts/content.ts';
import { oneLine } from '../national/text.ts';
import type { Street } from '../sale.ts';

/** What an address may be made of. */
interface AddressParts extends Street {
  readonly city?: string | undefined;
  readonly region?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly municipalityCode?: string | undefined;
  /** Of a place that is abroad. */
  readonly foreign?: Pick<AddressParts, 'city' | 'region' | 'postalCode'> | undefined;
}

/** Several members as one text. */
export interface MembersLine {
  readonly text: string;
  /** Pointers of the members that the text says. One of which nothing can be written is none of them. */
  readonly from: readonly string[];
}

/**
 * Texts as one, in their order.
 *
 * @param at where their members stand in the request
 */
export function membersLine(at: string, members: Readonly<Record<string, string | undefined>>): MembersLine {
  const said = Object.entries(members)
    .map(([member, text]) => [`${at}/${member}`, oneLine(text ?? '')] as const)
    .filter(([, text]) => text !== '');
  return { text: said.map(([, text]) => text).join(', '), from: said.map(([pointer]) => pointer) };
}

/**
 * An address as one text, in the order in which it is read, for a layout that has no fields for it.
 *
 * @param at where the address stands in the request
 */
export function addressLine(at: string, address: AddressParts): MembersLine {
  const { street, number, complement, district, city, region, postalCode, municipalityCode, foreign } = address;
  return membersLine(at, {
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
  });
}

/** A line as the content of an element. @param at to blame where the line says nothing */
export function lineGiven(at: string, { text, from: [first = at, ...also] }: MembersLine): Given {
  return new Given(first, text, also);
}
