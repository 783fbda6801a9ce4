import { describe, expect, it } from 'vitest';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from './agreement.ts';
import { ROUTE_RULES, type RouteQuestion, route } from './route.ts';

const absent: MunicipalAgreement = { status: 'absent' };
const active = (nationalIssuer: boolean, enabledByDefault: boolean): MunicipalAgreement => ({
  status: 'active',
  nationalIssuer,
  enabledByDefault,
});

/** A company outside the Simples Nacional, in a city with a system of its own of whose agreement nothing is known. */
const ordinary: RouteQuestion = {
  regime: 'NONE',
  issueDate: '2026-11-30',
  serviceCode: '010101',
  citySystem: true,
  agreement: UNKNOWN_AGREEMENT,
  choice: undefined,
};

const ROWS: readonly (readonly [what: string, question: Partial<RouteQuestion>, authority: string, rule: string])[] = [
  ['item 99', { serviceCode: '990101' }, 'national', 'item-99'],
  ['item 99 in a city without agreement', { serviceCode: '990101', agreement: absent }, 'national', 'item-99'],
  ['item 99, whatever was decided for the company', { serviceCode: '990101', choice: 'city' }, 'national', 'item-99'],
  ['item 99 of a MEI', { serviceCode: '990101', regime: 'MEI' }, 'national', 'item-99'],
  ['a MEI', { regime: 'MEI' }, 'national', 'mei'],
  ['a MEI before November 2026', { regime: 'MEI', issueDate: '2026-10-31' }, 'national', 'mei'],
  ['a MEI in a city without agreement', { regime: 'MEI', agreement: absent }, 'national', 'mei'],
  ['a MEI, whatever was decided for the company', { regime: 'MEI', choice: 'city' }, 'national', 'mei'],
  ['an ME/EPP on the first day', { regime: 'ME_EPP', issueDate: '2026-11-01' }, 'national', 'simples-nacional'],
  ['an ME/EPP on the day before', { regime: 'ME_EPP', issueDate: '2026-10-31' }, 'city', 'city-system'],
  ['an ME/EPP in a city without agreement', { regime: 'ME_EPP', agreement: absent }, 'national', 'simples-nacional'],
  [
    'an ME/EPP in a city that takes no issuers',
    { regime: 'ME_EPP', agreement: active(false, false) },
    'national',
    'simples-nacional',
  ],
  ['an ME/EPP by an operator’s decision', { regime: 'ME_EPP', choice: 'city' }, 'city', 'company-decision'],
  [
    'an ME/EPP by a decision for a system that the city does not have',
    { regime: 'ME_EPP', choice: 'city', citySystem: false },
    'national',
    'simples-nacional',
  ],
  ['a pending optant', { regime: 'PENDING_OPTANT' }, 'national', 'simples-nacional'],
  ['a pending optant before', { regime: 'PENDING_OPTANT', issueDate: '2026-10-31' }, 'city', 'city-system'],
  ['a company in a city with its own system', {}, 'city', 'city-system'],
  ['a company in a city without one', { citySystem: false }, 'national', 'no-city-system'],
  ['a company that its city enabled in the national system', { choice: 'national' }, 'national', 'company-decision'],
  ['a company in a city that enables everybody', { agreement: active(true, true) }, 'national', 'city-enables-all'],
  ['a company in a city that enables one by one', { agreement: active(true, false) }, 'city', 'city-system'],
  ['a company in a city that only shares its notes', { agreement: active(false, true) }, 'city', 'city-system'],
  ['a company in a city without agreement', { agreement: absent }, 'city', 'city-system'],
  [
    'a company that stays with its city, which enables everybody',
    { agreement: active(true, true), choice: 'city' },
    'city',
    'company-decision',
  ],
];

describe('who issues', () => {
  it.each(ROWS)('%s', (_, question, authority, rule) => {
    expect(route({ ...ordinary, ...question })).toMatchObject({ authority, rule });
  });

  it('has a row here for each rule', () =>
    expect(new Set(ROWS.map(([, , , rule]) => rule))).toEqual(new Set(ROUTE_RULES)));
});

describe('a city that is not ready for the national system', () => {
  it.each<[string, MunicipalAgreement]>([
    ['without agreement', absent],
    ['that takes no issuers', active(false, false)],
  ])('%s is marked where the national system would refuse', (_, agreement) => {
    expect(route({ ...ordinary, regime: 'ME_EPP', agreement })).toHaveProperty('cityUnprepared', true);
    expect(route({ ...ordinary, citySystem: false, agreement })).toHaveProperty('cityUnprepared', true);
    expect(route({ ...ordinary, choice: 'national', agreement })).toHaveProperty('cityUnprepared', true);
  });

  it.each<[string, Partial<RouteQuestion>]>([
    ['a MEI, whom the national system takes all the same', { regime: 'MEI', agreement: absent }],
    ['item 99, which it takes from everybody', { serviceCode: '990101', agreement: absent }],
    ['a note that the city takes itself', { agreement: absent }],
    ['a city of which nothing is known', { regime: 'ME_EPP' }],
    ['a city that is ready', { regime: 'ME_EPP', agreement: active(true, false) }],
  ])('is not marked for %s', (_, question) =>
    expect(route({ ...ordinary, ...question })).not.toHaveProperty('cityUnprepared'),
  );
});
