import type { Message } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { receiver } from './receiver.ts';

/** A queue whose receives the test answers; at the end they are aborted. */
function receives() {
  const open: { readonly most: number; readonly answer: (count: number) => Promise<void> }[] = [];
  const it = receiver({
    queue: {
      receive: (most, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
          const one = {
            most,
            async answer(count: number) {
              open.splice(open.indexOf(one), 1);
              resolve(Array.from({ length: count }, (): Message => ({})));
              await new Promise((done) => setImmediate(done));
            },
          };
          open.push(one);
        }),
      remove: async () => [],
      hide: async () => [],
    },
    room: () => 100,
    take: async () => undefined,
    onTrouble: (error) => expect.fail(String(error)),
    maxConcurrentReceives: 3,
  });
  return { it, open };
}

describe('the receiver', () => {
  it('has one receive under way while each brings little', async () => {
    const { it, open } = receives();
    for (const count of [0, 1, 4]) {
      await open[0]?.answer(count);
      expect(open).toHaveLength(1);
    }
    await it.stop();
  });

  it('has one more with each that comes back full, up to the most, and fewer again when the queue is empty', async () => {
    const { it, open } = receives();
    const afterEach = async (counts: readonly number[]) => {
      const underWay: number[] = [];
      for (const count of counts) {
        await open[0]?.answer(count);
        underWay.push(open.length);
      }
      return underWay;
    };
    expect(await afterEach([10, 5, 10])).toEqual([2, 3, 3]);
    expect((await afterEach([0, 0, 0, 0, 0])).at(-1)).toBe(1);
    await it.stop();
  });
});
