import { describe, expect, it } from 'vitest';
import { fetchAhead, type Fetchable } from '../../../../runner/engines/docker/transfer/fetch-ahead.ts';
import { createTransferBudget } from '../../../../runner/engines/docker/transfer/transfer-budget.ts';

const LIMITS = { smallBytes: 10, heldBytes: 25, inParallel: 4 };

/** Objects whose bytes come when the test says so, in whatever order; counts what is under way. */
function createSource(sizes: readonly number[]) {
  const open = new Set<number>();
  const answers = new Map<number, (error?: Error) => void>();
  let mostBytes = 0;
  const held = (): number => [...open].reduce((sum, index) => sum + (sizes[index] ?? 0), 0);
  const wanted = sizes.map((bytes, index): Fetchable => ({
    object: { path: `f${index}`, bytes, sha256: '' },
    async *read(signal) {
      open.add(index);
      mostBytes = Math.max(mostBytes, held());
      try {
        await new Promise<void>((resolve, reject) => {
          answers.set(index, (error) => (error === undefined ? resolve() : reject(error)));
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
        yield Buffer.alloc(bytes, index);
      } finally {
        open.delete(index);
      }
    },
  }));
  return {
    wanted,
    open,
    answer: (index: number, error?: Error) => answers.get(index)?.(error),
    most: () => mostBytes,
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function readAll(
  fetched: AsyncIterable<{ object: { path: string }; bytes: Uint8Array | AsyncIterable<Uint8Array> }>,
) {
  const read: [string, number][] = [];
  for await (const { object, bytes } of fetched) {
    let size = 0;
    if (bytes instanceof Uint8Array) size = bytes.length;
    else for await (const chunk of bytes) size += chunk.length;
    read.push([object.path, size]);
  }
  return read;
}

describe('objects that are fetched ahead', () => {
  it('are asked for at once and come in their order', async () => {
    const source = createSource([5, 5, 5]);
    const all = readAll(
      fetchAhead(source.wanted, createTransferBudget(LIMITS).share(), new AbortController().signal),
    );
    await turn();
    expect([...source.open]).toEqual([0, 1, 2]);
    for (const index of [2, 1, 0]) source.answer(index);
    expect(await all).toEqual([
      ['f0', 5],
      ['f1', 5],
      ['f2', 5],
    ]);
  });

  it('hold no more than the budget, of all transfers together', async () => {
    const budget = createTransferBudget(LIMITS);
    const sources = [createSource([9, 9, 9, 9]), createSource([9, 9])];
    const all = sources.map(({ wanted }) =>
      readAll(fetchAhead(wanted, budget.share(), new AbortController().signal)),
    );
    await turn();
    // The second may hold one whatever the first holds: it must not wait for another.
    expect(sources.map(({ open }) => open.size)).toEqual([2, 1]);
    for (let round = 0; round < 6; round += 1) {
      for (const source of sources) for (const index of source.open) source.answer(index);
      await turn();
    }
    expect((await Promise.all(all)).flat()).toHaveLength(6);
    expect(sources.map(({ most }) => most() <= 18)).toEqual([true, true]);
  });

  it('are no more at once than a transfer may have', async () => {
    const source = createSource([1, 1, 1, 1, 1, 1]);
    const all = readAll(
      fetchAhead(source.wanted, createTransferBudget(LIMITS).share(), new AbortController().signal),
    );
    await turn();
    expect([...source.open]).toEqual([0, 1, 2, 3]);
    source.answer(0);
    await turn();
    expect(source.open.has(4)).toBe(true);
    for (const index of [1, 2, 3, 4]) source.answer(index);
    await turn();
    source.answer(5);
    expect(await all).toHaveLength(6);
  });

  it('are small: a large one is read when its turn comes', async () => {
    const source = createSource([5, 11, 5]);
    const all = readAll(
      fetchAhead(source.wanted, createTransferBudget(LIMITS).share(), new AbortController().signal),
    );
    await turn();
    expect([...source.open]).toEqual([0, 2]);
    source.answer(0);
    source.answer(2);
    await turn();
    expect([...source.open]).toEqual([1]);
    source.answer(1);
    expect((await all).map(([path]) => path)).toEqual(['f0', 'f1', 'f2']);
  });

  it('fail as the first of them does, and none is left going', async () => {
    const source = createSource([5, 5, 5]);
    const all = readAll(
      fetchAhead(source.wanted, createTransferBudget(LIMITS).share(), new AbortController().signal),
    );
    await turn();
    source.answer(0, new Error('no such object'));
    await expect(all).rejects.toThrow('no such object');
    expect(source.open.size).toBe(0);
  });

  it('end with the signal, and none is left going', async () => {
    const source = createSource([5, 5, 5]);
    const abort = new AbortController();
    const budget = createTransferBudget({ ...LIMITS, heldBytes: 15 });
    const all = readAll(fetchAhead(source.wanted, budget.share(), abort.signal));
    await turn();
    abort.abort(new Error('interrupted'));
    await expect(all).rejects.toThrow('interrupted');
    expect(source.open.size).toBe(0);
    // What they held is free again.
    const share = budget.share();
    expect(
      [share.take(5), share.take(5), share.take(5), share.take(5)].map((taken) => taken !== undefined),
    ).toEqual([true, true, true, false]);
  });
});
