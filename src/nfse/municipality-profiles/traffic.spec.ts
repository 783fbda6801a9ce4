import { describe, expect, it } from 'vitest';
import { builtInProfiles } from './built-in.ts';
import { NATIONAL_AUTHORITY, routeOfLane } from './traffic.ts';

const national = { concurrency: 10, perSecond: 20 };
const authorityOf = (lane: string) => routeOfLane(builtInProfiles, lane, national).authority;

describe('the authority of a lane', () => {
  it('is the city where it has a system of its own', () => expect(authorityOf('3552502')).toBe('3552502'));
  it('is the city for a front of the national contract, too', () => expect(authorityOf('3501608')).toBe('3501608'));
  it('is the national system in the lane beside that', () => {
    expect(authorityOf('3552502-national')).toBe(NATIONAL_AUTHORITY);
    expect(authorityOf('3501608-national')).toBe(NATIONAL_AUTHORITY);
  });
  it('is the national system where the city has none', () => expect(authorityOf('3106200')).toBe(NATIONAL_AUTHORITY));
});
