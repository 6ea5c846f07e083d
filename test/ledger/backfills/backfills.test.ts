import { describe, expect, it } from 'vitest';
import { createBackfills } from '../../../runner/ledger/backfills/backfills.ts';
import { backfillOf, openBench, OTHER_RUN, RUN } from '../sample.ts';

async function open() {
  const { ledger, store } = await openBench();
  let count = 0;
  return { store, backfills: createBackfills(ledger, () => `nonce-${(count += 1)}`) };
}

describe('the record of a backfill', () => {
  it('is written once, and listed with the newest first', async () => {
    const { backfills } = await open();
    await backfills.start(backfillOf(RUN));
    await backfills.start(backfillOf(OTHER_RUN));
    await expect(backfills.start(backfillOf(RUN))).rejects.toThrow(/is already recorded/);
    expect((await backfills.list(9)).map(({ backfill }) => backfill)).toEqual([OTHER_RUN, RUN]);
    expect((await backfills.list(1)).map(({ backfill }) => backfill)).toEqual([OTHER_RUN]);
  });

  it('loses nothing where two change it at once', async () => {
    const { backfills } = await open();
    await backfills.start(backfillOf(RUN, { runs: [] }));
    const add = (run: string) =>
      backfills.update(RUN, (record) => ({ ...record, runs: [...record.runs, run] }));
    await Promise.all([add(RUN), add(OTHER_RUN)]);
    expect([...((await backfills.read(RUN))?.runs ?? [])].sort()).toEqual([RUN, OTHER_RUN]);
  });

  it.each([
    ['a name that is none', { runs: ['../x'] }, /runs\[0\]: expected a run/],
    ['another place', { backfill: OTHER_RUN }, /expected the record of/],
    [
      'a request of another pipeline',
      { pipeline: 'other' },
      /it is of other, and its request of short-score/,
    ],
    [
      'a range that is none',
      { request: { ...backfillOf(RUN).request, range: { kind: 'x' } } },
      /request\.range\.kind/,
    ],
    [
      'rules that are none',
      { rules: { order: 'any', canary: -1 } },
      /rules\.order: expected newest or oldest/,
    ],
  ])('with %s is named, and passed by in a list', async (_, wrong, words) => {
    const { backfills, store } = await open();
    const text = JSON.stringify({ ...backfillOf(RUN), nonce: 'n', ...wrong });
    await store.put(`backfills/${RUN}.json`, Buffer.from(text));
    await expect(backfills.read(RUN)).rejects.toThrow(words);
    expect(await backfills.list(9)).toEqual([]);
  });
});
