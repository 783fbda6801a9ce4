import { setImmediate as later } from 'node:timers/promises';
import './xray-context.ts';
import xray from 'aws-xray-sdk-core';
import { describe, expect, it } from 'vitest';

/** The segment that is current in a run, before and after something else has run. */
async function segmentIn(name: string): Promise<readonly (string | undefined)[]> {
  const namesOf = () => xray.getSegment()?.name;
  return xray.getNamespace().runPromise(async () => {
    xray.setSegment(new xray.Segment(name));
    const before = namesOf();
    await later();
    return [before, namesOf()];
  });
}

describe("the context of X-Ray's SDK", () => {
  it('is kept over what is awaited, apart for each of several at once', async () => {
    expect(await Promise.all(['first', 'second'].map(segmentIn))).toEqual([
      ['first', 'first'],
      ['second', 'second'],
    ]);
  });

  it('has what the SDK entered for all invocations, and below it what each sets', async () => {
    const namespace = xray.getNamespace();
    namespace.enter(namespace.createContext());
    xray.setSegment(new xray.Segment('outermost'));
    expect(await segmentIn('inner')).toEqual(['inner', 'inner']);
    expect(xray.getSegment()?.name).toBe('outermost');
  });

  it("takes no hook of cls-hooked's, which would follow every promise", () => {
    expect((process as { namespaces?: object }).namespaces).toEqual({});
  });
});
