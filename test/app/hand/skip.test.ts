import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipByHand } from '../../../runner/app/hand/skip.ts';
import { explain } from '../../../runner/plan/why.ts';
import { runRecord } from '../../ledger/sample.ts';
import { openDesk, told, type Desk } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.remove());

const DAY = '--date 2021-01-29';
const ID = 'sales/fetch/date=2021-01-29';
const skip = async (
  words: string,
  more: { readonly reason?: string; readonly from?: string; readonly to?: string } = {},
) =>
  skipByHand(await desk.asked(words), {
    who: 'anna',
    reason: 'the shop was closed',
    ledger: desk.open,
    ...more,
  });

describe('a skip by hand', () => {
  it('is recorded with who, when and why, and what needs it skips', async () => {
    const report = await skip(`sales fetch ${DAY}`);
    expect(told(report)).toEqual(['fetch/date=2021-01-29: skipped']);
    expect(report.dependents).toEqual([
      { task: 'clean', instances: 1, committed: 0 },
      { task: 'week', instances: 3, committed: 0 },
    ]);
    expect(report.next).toBe(`sluice run ${ID} --downstream`);
    const manifest = (await desk.ledger.readManifest(ID))?.manifest;
    expect(manifest).toMatchObject({
      outcome: 'skipped',
      reason: 'skipped by anna: the shop was closed',
      by: { how: 'skip', who: 'anna', when: '2021-02-01T00:00:00.000Z', reason: 'the shop was closed' },
      run: report.run,
    });
    expect(await desk.states(`sales clean ${DAY}`)).toEqual({
      'clean/date=2021-01-29': 'skipped: fetch is skipped: skipped by anna: the shop was closed',
      'fetch/date=2021-01-29': 'skipped: skipped by anna: the shop was closed',
    });
    const { plan } = await desk.plan(ID);
    expect(explain(plan, ID)).toEqual([`${ID} is skipped: skipped by anna: the shop was closed`]);
    const run = await desk.ledger.readRun(report.run ?? '');
    expect(run).toMatchObject({
      outcome: 'succeeded',
      by: { who: 'anna', how: 'skip' },
      counts: { skipped: 1 },
    });
  });

  it('lets a window go without it', async () => {
    await skip(`sales fetch ${DAY}`);
    const report = await desk.run('sales week --date 2021-01-30');
    expect(report.outcome).toBe('succeeded');
    const week = await desk.ledger.readManifest('sales/week/date=2021-01-30');
    expect(week?.manifest.omitted.map(({ instance }) => instance)).toEqual(['sales/clean/date=2021-01-29']);
  });

  it('takes a range, and leaves what has a result', async () => {
    await desk.run('sales fetch --date 2021-01-28');
    const report = await skip('sales fetch', { from: '2021-01-27', to: '2021-01-29' });
    expect(told(report)).toEqual([
      'fetch/date=2021-01-27: skipped',
      'fetch/date=2021-01-28: kept',
      'fetch/date=2021-01-29: skipped',
    ]);
    expect(report.next).toBe('sluice run sales fetch --from 2021-01-27 --to 2021-01-29 --downstream');
    expect(told(await skip('sales fetch --date 2021-01-27'))).toEqual(['fetch/date=2021-01-27: unchanged']);
  });

  it('closes an open failure', async () => {
    await desk.run(`sales fetch ${DAY}`, {}, () => ({ exitCode: 1 }));
    expect(await desk.ledger.openFailures()).toHaveLength(1);
    await skip(`sales fetch ${DAY}`);
    expect(await desk.ledger.openFailures()).toEqual([]);
  });

  it('is neither redone as missing nor stale for a script, nor under all', async () => {
    await skip(`sales fetch ${DAY}`);
    const changed = (await desk.asked('sales')).pipeline.tasks['fetch'];
    expect(changed?.run).toBe('fetch');
    desk.write(
      'pipelines/sales.yaml',
      `name: sales\nparams: { date: { type: date, start: 2021-01-25 } }\ntasks:\n  fetch: { params: [date], image: other, run: other }\n`,
    );
    for (const rebuild of ['missing', 'stale', 'all']) {
      const { plan } = await desk.plan(`sales fetch ${DAY}`, { rebuild });
      expect(plan.instances.map(({ state, action }) => [state, action])).toEqual([['skipped', 'none']]);
    }
  });

  it('respects the claim of a live run', async () => {
    const other = '20210129T220000Z-bbbbbb';
    await desk.ledger.startRun(
      runRecord(other, { process: { bootId: 'b', pid: 1, startTime: '1', host: 'there' } }),
    );
    await desk.ledger.claim(ID, `${other}-1`, other);
    const report = await skip(`sales fetch ${DAY}`);
    expect(report.instances).toEqual([
      {
        id: ID,
        result: 'held',
        reason: `run ${other} on there is at work on it: stop that, or wait for its end`,
      },
    ]);
    expect(await desk.ledger.readManifest(ID)).toBeUndefined();
  });

  it.each([
    ['without a reason', 'sales fetch --date 2021-01-29', { reason: ' ' }, 'expected why'],
    ['without a task', 'sales --date 2021-01-29', {}, 'expected a task after sales'],
    ['without a date', 'sales fetch', {}, 'expected which partitions of fetch'],
    ['of a task that is not there', 'sales fetsh --date 2021-01-29', {}, 'there is no task `fetsh`'],
  ])('is refused %s', async (_, words, more, message) => {
    await expect(skip(words, more)).rejects.toThrow(message);
  });
});
