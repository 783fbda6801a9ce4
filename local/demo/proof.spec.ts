import { describe, expect, it } from 'vitest';
import type { Fate } from './fates.ts';
import { contradiction, type Evidence } from './proof.ts';
import type { Story } from './story.ts';

const fate: Fate = { name: 'issued', example: 'emit-invoice', end: { status: 'ISSUED' } };
const story: Story = {
  fate,
  attempts: 1,
  note: '',
  history: {
    chain: { intact: true, commits: 2, head: 'f00d' },
    events: [],
    invoice: {
      invoiceId: 'inv_1',
      status: 'ISSUED',
      version: 2,
      companyCnpj: '11222333000181',
      municipalityCode: '3106200',
      route: { authority: 'national', rule: 'no-city-system' },
      dps: { series: '1', number: 7 },
      nfseNumber: '101',
      accessKey: '31062002211222333000181000000000010126110000000176',
    },
  },
};
const note = {
  authority: 'national' as const,
  accessKey: '31062002211222333000181000000000010126110000000176',
  nfseNumber: '101',
  cancelled: false,
};
const evidence = (...notes: Evidence['notes']): Evidence => ({ notes, posts: 1, lookups: 0 });

describe('what the authority holds against what the service says', () => {
  it('agrees on one note with the number that the client was told', () =>
    expect(contradiction(story, evidence(note))).toBeUndefined());

  it.each([
    ['no note at all', evidence(), /holds no note/],
    ['two notes for one sale', evidence(note, { ...note, nfseNumber: '102' }), /holds 2 notes/],
    ['a note of another number', evidence({ ...note, nfseNumber: '102' }), /the authority's note is 102/],
    ['a note with another authority', evidence({ ...note, authority: 'city' }), /and the note with the city/],
    ['a note cancelled behind our back', evidence({ ...note, cancelled: true }), /note is cancelled/],
  ])('finds %s', (_, held, sentence) => expect(contradiction(story, held)).toMatch(sentence));

  it('takes nothing from a history whose chain is broken', () => {
    const chain = { intact: false, brokenAt: 2, reason: 'content-changed' } as const;
    const broken: Story = { ...story, ...(story.history && { history: { ...story.history, chain } }) };
    expect(contradiction(broken, evidence(note))).toMatch(/broken at version 2/);
  });
});
