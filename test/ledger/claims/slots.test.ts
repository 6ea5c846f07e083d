import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../runner/ledger/ledger.ts';
import type { SlotWant } from '../../../runner/model/slot.ts';
import { keysOf } from '../../contracts/object-store.ts';
import { DEAD, ID, openBench, OTHER_RUN, PROCESS, RUN, runRecord, type Bench } from '../sample.ts';
import { countingStore, forgetfulStore } from '../watched-store.ts';

const db = (weight = 1, capacity = 2): SlotWant => ({ kind: 'pool', name: 'db', weight, capacity });

async function withRuns(): Promise<Bench> {
  const bench = await openBench();
  await bench.ledger.startRun(runRecord(RUN));
  await bench.ledger.startRun(runRecord(OTHER_RUN));
  return bench;
}

/** The slots, or none where it is full. */
async function take(
  ledger: Bench['ledger'],
  wants: readonly SlotWant[],
  run = RUN,
): Promise<readonly Slot[] | undefined> {
  const taken = await ledger.takeSlots(wants, ID, run);
  return taken.kind === 'taken' ? taken.slots : undefined;
}

describe('slots of a pool', () => {
  it('are as many as the pool has, over all runs, and free once given back', async () => {
    const { ledger, open, pass } = await withRuns();
    const other = await open();
    const mine = await take(ledger, [db()]);
    expect(mine).toHaveLength(1);
    expect(await take(other, [db()], OTHER_RUN)).toHaveLength(1);
    expect(await other.takeSlots([db()], ID, OTHER_RUN)).toEqual({
      kind: 'full',
      want: db(),
      by: RUN,
    });
    await ledger.releaseSlots(mine ?? []);
    pass(2);
    expect(await take(other, [db()], OTHER_RUN)).toHaveLength(1);
  });

  it('are all taken, or none', async () => {
    const { ledger, open } = await withRuns();
    const other = await open();
    await take(ledger, [db()]);
    const group: SlotWant = { kind: 'group', name: 'db', weight: 1, capacity: 1 };
    expect(await take(other, [group, db(2)], OTHER_RUN)).toBeUndefined();
    // The group that it had got is free, and so is the other slot of the pool.
    expect(await take(ledger, [group])).toHaveLength(1);
    expect(await take(ledger, [db()])).toHaveLength(1);
  });

  it('of a group and a pool with one name are not the same', async () => {
    const { ledger, store } = await withRuns();
    await take(ledger, [db(1, 1), { kind: 'group', name: 'db', weight: 1, capacity: 1 }]);
    await take(ledger, [{ kind: 'group', name: 'a/b c', weight: 1, capacity: 1 }]);
    expect(await keysOf(store, 'pools/')).toEqual([
      'pools/_groups/a%2Fb%20c/1.json',
      'pools/_groups/db/1.json',
      'pools/db/1.json',
    ]);
  });

  it.each([
    ['finished', { finishedAt: '2021-01-29T23:00:00.000Z' }],
    ['dead', { process: { ...PROCESS, pid: DEAD } }],
  ] as const)('of a run that is %s pass on, and it can’t give them back any more', async (_, more) => {
    const { ledger, open, pass } = await withRuns();
    const other = await open();
    const mine = await take(ledger, [db(2)]);
    expect(await take(other, [db(2)], OTHER_RUN)).toBeUndefined();
    await ledger.updateRun(runRecord(RUN, more));
    pass(6);
    expect(await take(other, [db(2)], OTHER_RUN)).toHaveLength(2);
    await ledger.releaseSlots(mine ?? []);
    await ledger.startRun(runRecord('20210131T220000Z-cccccc'));
    expect(await take(await open(), [db()], '20210131T220000Z-cccccc')).toBeUndefined();
  });

  it('cost a run alone one request to take and one to give back', async () => {
    const { store, open } = await withRuns();
    const requests: string[] = [];
    const ledger = await open(countingStore(store, requests));
    requests.length = 0;
    for (let times = 0; times < 3; times += 1) {
      await ledger.releaseSlots((await take(ledger, [db()])) ?? []);
    }
    // And once in five seconds a look at who is next.
    expect(requests).toEqual(['get pools/db/next.json', ...Array(6).fill('put pools/db/1.json')]);
  });

  it('that are all taken are asked for once a second, however many want one', async () => {
    const { ledger, store, open, pass } = await withRuns();
    await take(ledger, [db(2)]);
    const requests: string[] = [];
    const other = await open(countingStore(store, requests));
    await take(other, [db()], OTHER_RUN);
    requests.length = 0;
    for (let n = 0; n < 50; n += 1) await take(other, [db()], OTHER_RUN);
    expect(requests).toEqual([]);
    pass(1.1);
    await take(other, [db()], OTHER_RUN);
    expect(requests).toEqual(['get pools/db/1.json', 'get pools/db/2.json']);
  });

  it('go to a run that waits, though another takes again what it gives back', async () => {
    const { ledger, open, pass } = await withRuns();
    const other = await open();
    let mine = await take(ledger, [db(1, 1)]);
    expect(await take(other, [db(1, 1)], OTHER_RUN)).toBeUndefined();
    pass(6);
    await ledger.releaseSlots(mine ?? []);
    expect(await take(ledger, [db(1, 1)])).toBeUndefined();
    const theirs = await take(other, [db(1, 1)], OTHER_RUN);
    expect(theirs).toHaveLength(1);
    await other.releaseSlots(theirs ?? []);
    pass(2);
    mine = await take(ledger, [db(1, 1)]);
    expect(mine).toHaveLength(1);
  });

  it('are not kept for a run that does not ask any more', async () => {
    const { ledger, open, pass } = await withRuns();
    const other = await open();
    const mine = await take(ledger, [db(1, 1)]);
    await take(other, [db(1, 1)], OTHER_RUN);
    pass(6);
    await ledger.releaseSlots(mine ?? []);
    expect(await take(ledger, [db(1, 1)])).toBeUndefined();
    pass(10);
    expect(await take(ledger, [db(1, 1)])).toHaveLength(1);
  });

  it('are known again when the answer was lost', async () => {
    const { store, open } = await withRuns();
    let lost = 1;
    const forgetful = await open(forgetfulStore(store, (key) => key.startsWith('pools/') && lost-- > 0));
    const mine = await take(forgetful, [db(1, 1)]);
    expect(mine).toHaveLength(1);
    await forgetful.releaseSlots(mine ?? []);
    expect(await take(await open(), [db(1, 1)], OTHER_RUN)).toHaveLength(1);
  });
});
