import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sideBySide } from '../../runner/ledger/side-by-side.ts';

describe('side by side', () => {
  it('acts on each once, never on more than so many at a time', async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    await sideBySide(
      Array.from({ length: 20 }, (_, index) => index),
      3,
      async (item) => {
        running += 1;
        most = Math.max(most, running);
        await setImmediate();
        running -= 1;
        seen.push(item);
      },
    );
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(3);
  });

  it('ends with the first error, after what is under way, and closes what it reads from', async () => {
    let ended = 0;
    let closed = false;
    async function* items() {
      try {
        for (let item = 0; ; item += 1) yield item;
      } finally {
        closed = true;
      }
    }
    const work = sideBySide(items(), 4, async (item) => {
      await setImmediate();
      if (item === 5) throw new Error('five');
      ended += 1;
    });
    await expect(work).rejects.toThrow('five');
    const atTheEnd = ended;
    await setImmediate();
    expect(ended).toBe(atTheEnd);
    expect(closed).toBe(true);
  });

  it('stops at a signal', async () => {
    const controller = new AbortController();
    const work = sideBySide(
      [1, 2, 3],
      1,
      async () => controller.abort(new Error('enough')),
      controller.signal,
    );
    await expect(work).rejects.toThrow('enough');
  });
});
