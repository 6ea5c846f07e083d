import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestOfRun } from '../../runner/app/again.ts';
import { skipByHand } from '../../runner/app/hand/skip.ts';
import type { Report } from '../../runner/model/report.ts';
import { runRecord } from '../ledger/sample.ts';
import { makeAll, openDesk, type Desk } from './hand/desk.ts';

const SALES = `
name: sales
params:
  date: { type: date, start: 2021-01-25 }
  region: { type: string, key: true }
defaults: { image: busybox, retry: { max-attempts: 1 } }
tasks:
  fetch: { params: [date, region], run: fetch, outputs: [raw.csv] }
  clean: { params: [date, region], needs: [fetch], run: clean, outputs: [clean.csv] }
`;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(SALES);
});
afterEach(() => desk.remove());

const at = (day: number, region: string) => `date=2021-01-${day}/region=${region}`;
const failing =
  (...parts: readonly string[]): typeof makeAll =>
  (job, options) =>
    parts.some((part) => job.instance.endsWith(part)) ? { exitCode: 1 } : makeAll(job, options);
const ran = ({ instances }: Report) =>
  instances.filter(({ state }) => state === 'succeeded').map(({ id }) => id.slice(6));

describe('run --only failed', () => {
  it('reruns exactly what is open, however long ago and whatever its keys', async () => {
    const days = { from: '2021-01-26', to: '2021-01-28' };
    await desk.run('sales fetch --region eu', days, failing(at(26, 'eu'), at(28, 'eu')));
    await desk.run('sales fetch --region us', days, failing(at(27, 'us')));
    await desk.clock.advance(40 * 86400);
    const { plan } = await desk.plan('sales', { only: 'failed' });
    expect(plan.counts).toEqual({ failed: 3 });
    expect(ran(await desk.run('sales --region us', { only: 'failed' }))).toEqual([`fetch/${at(27, 'us')}`]);
    expect(ran(await desk.run('sales', { only: 'failed' }))).toEqual([
      `fetch/${at(26, 'eu')}`,
      `fetch/${at(28, 'eu')}`,
    ]);
    const nothing = await desk.plan('sales', { only: 'failed' });
    expect(nothing.plan).toMatchObject({
      instances: [],
      warnings: ['no failure is open: nothing is to be run'],
    });
  });

  it('keeps to a range where one is said, and to what is still there', async () => {
    const days = { from: '2021-01-26', to: '2021-01-28' };
    await desk.run('sales fetch --region eu', days, failing('eu'));
    expect(ran(await desk.run('sales fetch --region eu --date 2021-01-27', { only: 'failed' }))).toEqual([
      `fetch/${at(27, 'eu')}`,
    ]);
    desk.write('pipelines/sales.yaml', SALES.replace('2021-01-25', '2021-01-28'));
    expect(ran(await desk.run('sales', { only: 'failed' }))).toEqual([`fetch/${at(28, 'eu')}`]);
  });
});

describe('run --again', () => {
  it('asks for what the run was asked for', async () => {
    const days = { from: '2021-01-26', to: '2021-01-27' };
    const first = await desk.run('sales clean --region eu', days, failing(`fetch/${at(26, 'eu')}`));
    expect(first.outcome).toBe('failed');
    const request = await requestOfRun(desk.ledger, first.run);
    expect(request).toMatchObject({
      tasks: ['clean'],
      range: { kind: 'range', ...days },
      params: { region: 'eu' },
    });
    expect(ran(await desk.run('sales', { request }))).toEqual([
      `fetch/${at(26, 'eu')}`,
      `clean/${at(26, 'eu')}`,
    ]);
  });

  it('refuses what is no run, ran nothing, or does not say it', async () => {
    await expect(requestOfRun(desk.ledger, 'x')).rejects.toThrow('there is no run x');
    const words = 'sales fetch --region eu --date 2021-01-27';
    const { run = '' } = await skipByHand(await desk.asked(words), {
      who: 'anna',
      reason: 'no',
      ledger: desk.open,
    });
    await expect(requestOfRun(desk.ledger, run)).rejects.toThrow('its partitions were skipped by anna: no');
    const broken = '20210129T220000Z-bbbbbb';
    await desk.ledger.startRun(runRecord(broken, { request: { pipeline: 'short-score', tasks: 'all' } }));
    await expect(requestOfRun(desk.ledger, broken)).rejects.toThrow('does not say what it was asked for');
  });
});
