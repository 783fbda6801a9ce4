import { describe, expect, it } from 'vitest';
import { Given, Part } from './layouts/content.ts';
import type { Sale } from './sale.ts';
import { software } from './tax/sales.fixtures.ts';
import { unsaid } from './unsaid.ts';

const document = (...pointers: readonly string[]) =>
  new Part('', Object.fromEntries(pointers.map((pointer, i) => [`e${i}`, new Given(pointer, 'x')])));

/** Says everything of the sale but what is named. */
function saying(sale: Sale, ...pointers: readonly string[]) {
  return document(...leaves(sale).filter((leaf) => !pointers.some((pointer) => leaf.startsWith(pointer))));
}

function leaves(value: unknown, pointer = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [pointer.replace(/(?:Rate)?BasisPoints$/, 'Rate')];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, `${pointer}/${name}`));
}

const fieldsOf = (sale: Sale, ...pointers: readonly string[]) =>
  unsaid(sale, saying(sale, ...pointers)).map(({ field }) => field);

describe('what a document leaves unsaid', () => {
  it('is nothing where each member is in it', () => expect(fieldsOf(software)).toEqual([]));

  it.each([
    ['a single member', '/customer/phone', '/customer/phone'],
    ['a group, once', '/ibsCbs', '/ibsCbs'],
    ['a rate, by its name in a request', '/amounts/issRate', '/amounts/issRate'],
    ['a group in a group', '/customer/address', '/customer/address'],
  ])('names %s', (_, left, named) => expect(fieldsOf(software, left)).toEqual([named]));

  it('names each of two members of a group that says something', () =>
    expect(fieldsOf(software, '/customer/phone', '/customer/email')).toEqual(['/customer/email', '/customer/phone']));

  it('counts a blank text and an amount of zero as left out', () => {
    const sale = {
      ...software,
      service: { ...software.service, municipalCode: '\u00a0\u200b ' },
      amounts: { ...software.amounts, conditionalDiscount: 0 },
    };
    expect(fieldsOf(sale, '/service/municipalCode', '/amounts/conditionalDiscount')).toEqual([]);
  });

  it('is no word of what only tells the service what to do', () =>
    expect(fieldsOf({ ...software, iss: { municipalityActive: true } }, '/iss/municipalityActive')).toEqual([]));
});
