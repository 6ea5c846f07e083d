import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearStored } from '../../../runner/app/hand/clear-stored.ts';
import { clearByHand, type ClearOptions } from '../../../runner/app/hand/clear.ts';
import { skipByHand } from '../../../runner/app/hand/skip.ts';
import { openLedger } from '../../../runner/ledger/open.ts';
import { parseTarget } from '../../../runner/commands/cli/target.ts';
import { openDesk, told, type Desk } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.remove());

const DAY = '--date 2021-01-29';
const ID = 'sales/fetch/date=2021-01-29';
const clear = async (words: string, more: Partial<ClearOptions> = {}) =>
  clearByHand(await desk.asked(words), { who: 'anna', reason: 'bad file', ledger: desk.open, ...more });
const stored = async (words: string, more: Partial<ClearOptions> = {}) =>
  clearStored({ cwd: desk.folder, env: {} }, parseTarget(words.split(' ')), {
    who: 'anna',
    ledger: desk.open,
    ...more,
  });

describe('clear', () => {
  it('takes a result away: it is missing, says who cleared it, and runs again', async () => {
    await desk.run(`sales clean ${DAY}`);
    const report = await clear(`sales fetch ${DAY}`);
    expect(told(report)).toEqual(['fetch/date=2021-01-29: cleared']);
    expect(report.dependents).toEqual([
      { task: 'clean', instances: 1, committed: 1 },
      { task: 'week', instances: 3, committed: 0 },
    ]);
    expect(await desk.states(`sales fetch ${DAY}`)).toEqual({
      'fetch/date=2021-01-29': 'missing: cleared by anna: bad file',
    });
    const run = await desk.run(`sales fetch ${DAY}`, { downstream: true });
    expect(run.counts).toMatchObject({ succeeded: 1, unchanged: 1 });
  });

  it('takes along what depends on it, and names published files that stay', async () => {
    await desk.run(`sales clean ${DAY}`);
    const report = await clear(`sales fetch ${DAY}`, { downstream: true });
    expect(told(report)).toEqual(['fetch/date=2021-01-29: cleared', 'clean/date=2021-01-29: cleared']);
    expect(report.instances[1]?.reason).toContain(
      'published/clean/2021-01-29.csv stays until it is made anew',
    );
    expect((await desk.run(`sales clean ${DAY}`)).counts).toEqual({ succeeded: 2 });
  });

  it('undoes a skip', async () => {
    await skipByHand(await desk.asked(ID), { who: 'bo', reason: 'closed', ledger: desk.open });
    const report = await clear(ID);
    expect(report.instances).toMatchObject([{ result: 'cleared', reason: 'a skip, skipped by bo: closed' }]);
    expect((await desk.run(ID)).counts).toEqual({ succeeded: 1 });
  });

  it('only says what would go, with nothing recorded', async () => {
    await desk.run(`sales fetch ${DAY}`);
    const report = await clear(`sales fetch ${DAY}`, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, instances: [{ result: 'cleared' }] });
    expect(report.run).toBeUndefined();
    expect(await desk.states(`sales fetch ${DAY}`)).toEqual({ 'fetch/date=2021-01-29': 'done' });
    expect(await desk.ledger.listRuns({ limit: 9 })).toHaveLength(1);
  });

  it('forgets failures: one over nothing would be open again', async () => {
    await desk.run(`sales fetch ${DAY}`, {}, () => ({ exitCode: 1 }));
    const [failure] = await desk.ledger.openFailures();
    await clear(`sales fetch ${DAY}`);
    expect(await desk.ledger.openFailures()).toEqual([]);
    await desk.run(`sales fetch ${DAY}`);
    // As a run that was thought dead leaves it behind.
    if (failure !== undefined) await desk.ledger.recordFailure(failure);
    expect(await desk.ledger.openFailures()).toEqual([]);
    await clear(`sales fetch ${DAY}`);
    expect(await desk.states(`sales fetch ${DAY}`)).toEqual({
      'fetch/date=2021-01-29': 'missing: cleared by anna: bad file',
    });
  });

  it('says so where nothing is recorded', async () => {
    expect(told(await clear(`sales fetch ${DAY}`))).toEqual(['fetch/date=2021-01-29: unchanged']);
    await expect(clear('sales fetch')).rejects.toThrow('expected which partitions');
  });

  it('has a running attempt drop what it made', async () => {
    let cleared: Promise<unknown> | undefined;
    const report = await desk.run(`sales fetch ${DAY}`, {}, async ({ instance, outputs }, options) => {
      // By a ledger call, as of whoever holds the run for dead.
      const found = (await desk.ledger.readManifest(instance)) ?? null;
      cleared ??= desk.ledger.voidManifest(instance, found, 'cleared by anna', '20210129T220000Z-bbbbbb');
      await cleared;
      void options;
      return {
        files: Object.fromEntries(outputs.rules.map(({ pattern }) => [pattern, 'x'])),
        values: { rows: '1' },
      };
    });
    expect(report.instances).toMatchObject([{ state: 'failed', cause: { kind: 'claim-lost' } }]);
    expect((await desk.ledger.readManifest(ID))?.manifest.outcome).toBe('void');
  });

  it('is let alone by gc, and wins over one that holds it for dead: the same result is only written anew', async () => {
    await desk.run(`sales fetch ${DAY}`);
    await desk.store.put(`objects/${ID}/20210101T000000Z-cccccc-1/raw.csv`, Buffer.from('left'));
    const dead = await openLedger(desk.store, {
      clock: desk.clock,
      process: { bootId: 'boot', pid: 2, startTime: '1', host: 'here' },
      random: (bytes) => 'd'.repeat(bytes * 2),
      processState: () => 'dead',
    });
    let raced = false;
    const racing: Desk['ledger'] = {
      ...desk.ledger,
      async readManifest(id) {
        const found = await desk.ledger.readManifest(id);
        if (raced || found === undefined) return found;
        raced = true;
        await desk.clock.advance(2);
        const gc = { graceSeconds: 1, dryRun: false };
        expect((await desk.ledger.gc(gc)).kept).toMatchObject({ inHand: 1 });
        expect((await dead.gc(gc)).attemptsRemoved).toHaveLength(1);
        expect((await desk.ledger.readManifest(id))?.etag).not.toBe(found.etag);
        return found;
      },
    };
    expect(told(await clear(ID, { ledger: async () => racing }))).toEqual(['fetch/date=2021-01-29: cleared']);
    expect((await desk.ledger.readManifest(ID))?.manifest.outcome).toBe('void');
  });
});

describe('clear of what no file names any more', () => {
  beforeEach(async () => {
    await desk.run('sales fetch', { from: '2021-01-27', to: '2021-01-29' });
    desk.write('pipelines/sales.yaml', "name: sales\ntasks: { other: { image: busybox, run: 'true' } }\n");
  });

  it('goes by the store alone, by date or all', async () => {
    expect(
      told((await stored('sales fetch --date 2021-01-28..2021-01-29', { dryRun: true })) ?? never()),
    ).toEqual(['fetch/date=2021-01-28: cleared', 'fetch/date=2021-01-29: cleared']);
    expect(told((await stored('sales fetch --date 2021-01-28')) ?? never())).toEqual([
      'fetch/date=2021-01-28: cleared',
    ]);
    expect(told((await stored(ID)) ?? never())).toEqual(['fetch/date=2021-01-29: cleared']);
    expect(told((await stored('sales fetch')) ?? never())).toEqual([
      'fetch/date=2021-01-27: cleared',
      'fetch/date=2021-01-28: unchanged',
      'fetch/date=2021-01-29: unchanged',
    ]);
  });

  it('knows nothing of a task that never was, and takes no word for a date', async () => {
    expect(await stored('sales fetsh')).toBeUndefined();
    await expect(stored('sales fetch --date latest')).rejects.toThrow('expected a date');
  });
});

function never(): never {
  throw new Error('Expected a report');
}
