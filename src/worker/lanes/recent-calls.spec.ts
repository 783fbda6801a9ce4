import { describe, expect, it } from 'vitest';
import { type Call, looksDown, remembered } from './recent-calls.ts';

/** `a` is a call of company A that was answered, `A` one that was not. */
const calls = (text: string): readonly Call[] =>
  [...text].map((letter) => ({
    companyCnpj: letter.toLowerCase(),
    answered: letter === letter.toLowerCase(),
  }));

describe('an authority', () => {
  it.each([
    ['that answers nobody', 'ABCDE', true],
    ['that answered before and now answers nobody', 'abcdeABCDE', true],
    ['that does not answer its only company', 'AAAAA', true],
    ['of which too little is known', 'ABCD', false],
    ['that answers all but one company', 'AbAcAdAeA', false],
    ['that answers every other call', 'AbCdEfGhI', true],
    ['that answers most companies in the end', 'ABCDEabc', false],
  ])('%s (%s) looks down: %s', (_title, text, down) => expect(looksDown(calls(text), 5)).toBe(down));

  it('is judged by its newest calls', () => {
    const all = calls('a'.repeat(100)).reduce<readonly Call[]>((kept, call) => remembered(kept, call, 5), []);
    expect(all).toHaveLength(20);
  });
});
