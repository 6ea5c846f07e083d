import { describe, expect, it } from 'vitest';
import { keysOf } from '../contracts/object-store.ts';
import { askOf, ID, manifestOf, openBench, OTHER_RUN, RUN } from './sample.ts';

const RANGE = { pipeline: 'short-score', task: 'prices' };
const LATER = '2021-01-29T23:00:00.000Z';

describe('a wait', () => {
  it('counts the asks, and keeps when it began and what was answered last', async () => {
    const { ledger } = await openBench();
    await ledger.recordWait(askOf(`${RUN}-1`, null));
    await ledger.recordWait(askOf(`${OTHER_RUN}-1`, null, { at: LATER, lastLines: ['403'] }));
    // The same ask again after a lost answer.
    await ledger.recordWait(askOf(`${OTHER_RUN}-1`, null, { at: LATER, lastLines: ['403'] }));
    expect(await ledger.readWait(ID)).toMatchObject({
      since: '2021-01-29T22:00:02.000Z',
      count: 2,
      lastAsk: { attempt: `${OTHER_RUN}-1`, at: LATER, lastLines: ['403'] },
    });
  });

  it('counts each of several that ask at once', async () => {
    const { ledger } = await openBench();
    await Promise.all([1, 2, 3, 4, 5].map((n) => ledger.recordWait(askOf(`${RUN}-${n}`, null))));
    expect(await ledger.readWait(ID)).toMatchObject({ count: 5 });
  });

  it('is open while what was committed at its ask still is, and begins anew over another result', async () => {
    const { ledger } = await openBench();
    const open = async () => [
      [...(await ledger.readKnowledge([RANGE], { contents: false })).waits.keys()],
      (await ledger.openWaits()).map(({ instance }) => instance),
    ];
    await ledger.recordWait(askOf(`${RUN}-1`, null));
    expect(await open()).toEqual([[ID], [ID]]);
    await ledger.commitManifest(manifestOf(`${RUN}-2`), null);
    expect(await open()).toEqual([[], []]);
    await ledger.recordWait(askOf(`${OTHER_RUN}-1`, `${RUN}-2`, { at: LATER }));
    expect(await open()).toEqual([[ID], [ID]]);
    expect(await ledger.readWait(ID)).toMatchObject({ count: 1, since: LATER });
  });

  it.each(['result', 'clear', 'failure'] as const)('is closed by a %s', async (by) => {
    const { ledger, store } = await openBench();
    await ledger.recordWait(askOf(`${RUN}-1`, null));
    await ledger.closeWait(ID, by);
    expect(await keysOf(store, 'waits/')).toEqual([]);
    await ledger.closeWait(ID, by);
  });

  it('tells its deadline once, also after a failure and of one that nobody has asked for', async () => {
    const { ledger } = await openBench();
    const deadline = { instance: ID, over: null, at: LATER };
    const told = await Promise.all([1, 2, 3].map(() => ledger.tellDeadline(deadline)));
    expect(told.filter(Boolean)).toEqual([true]);
    expect(await ledger.openWaits()).toEqual([]);
    await ledger.recordWait(askOf(`${RUN}-1`, null, { at: LATER }));
    expect(await ledger.readWait(ID)).toMatchObject({ count: 1, since: LATER, deadlineToldAt: LATER });
    await ledger.closeWait(ID, 'failure');
    expect(await ledger.readWait(ID)).toMatchObject({ count: 0, deadlineToldAt: LATER });
    expect(await ledger.tellDeadline(deadline)).toBe(false);
    await ledger.closeWait(ID, 'result');
    expect(await ledger.tellDeadline(deadline)).toBe(true);
  });

  it('that is broken is passed by, and the next ask is written over it', async () => {
    const { ledger, store } = await openBench();
    await store.put(`waits/${ID}.json`, new TextEncoder().encode('{"schema":1}'));
    expect(await ledger.readWait(ID)).toBeUndefined();
    expect((await ledger.readKnowledge([RANGE], { contents: false })).waits.size).toBe(0);
    await ledger.recordWait(askOf(`${RUN}-1`, null));
    expect(await ledger.readWait(ID)).toMatchObject({ count: 1 });
  });
});
