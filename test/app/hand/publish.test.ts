import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishByHand } from '../../../runner/app/hand/publish.ts';
import { textOf } from '../../contracts/object-store.ts';
import { openDesk, told, type Desk } from './desk.ts';

const TEXT = (publish: string): string => `
name: sales
params: { date: { type: date, start: 2021-01-25 } }
defaults: { image: busybox }
tasks:
  clean: { params: [date], run: clean, outputs: [${publish}] }
`;
const LATER = "{ path: clean.csv, publish: 'clean/${{ params.date }}.csv' }";
const ID = 'sales/clean/date=2021-01-29';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(TEXT('clean.csv'));
  await desk.run('sales clean', { from: '2021-01-28', to: '2021-01-29' });
});
afterEach(() => desk.remove());

const publish = async (words: string, more: object = {}) =>
  publishByHand(await desk.asked(words), { who: 'anna', ledger: desk.open, ...more });

describe('publish by hand', () => {
  it('copies what was declared later, after which it is not stale for that', async () => {
    expect(told(await publish(ID))).toEqual(['clean/date=2021-01-29: unchanged']);
    desk.write('pipelines/sales.yaml', TEXT(LATER));
    expect(await desk.states('sales clean --date 2021-01-29', { rebuild: 'stale' })).toMatchObject({
      'clean/date=2021-01-29': 'stale: outputs changed: `clean.csv` is to be published',
    });
    const before = (await desk.ledger.readManifest(ID))?.manifest;
    const report = await publish('sales', { from: '2021-01-27', to: '2021-01-29' });
    expect(told(report)).toEqual([
      'clean/date=2021-01-27: missing',
      'clean/date=2021-01-28: published',
      'clean/date=2021-01-29: published',
    ]);
    expect(await textOf(desk.store, 'published/clean/2021-01-29.csv')).toContain(ID);
    expect(await desk.states('sales clean --date 2021-01-29', { rebuild: 'stale' })).toEqual({
      'clean/date=2021-01-29': 'done',
    });
    const after = (await desk.ledger.readManifest(ID))?.manifest;
    expect(after).toMatchObject({ attempt: before?.attempt, finishedAt: before?.finishedAt });
    expect(after?.superseded).toBeUndefined();
    expect(await desk.ledger.readRun(report.run ?? '')).toMatchObject({
      by: { how: 'publish', who: 'anna' },
    });
  });

  it('puts back what somebody removed, and moves what is published elsewhere now', async () => {
    desk.write('pipelines/sales.yaml', TEXT(LATER));
    await publish(ID);
    await desk.store.delete(['published/clean/2021-01-29.csv']);
    expect(told(await publish(ID))).toEqual(['clean/date=2021-01-29: published']);
    expect(await textOf(desk.store, 'published/clean/2021-01-29.csv')).toContain(ID);
    desk.write('pipelines/sales.yaml', TEXT(LATER.replace('clean/', 'other/')));
    expect((await publish(ID)).instances).toMatchObject([{ published: ['other/2021-01-29.csv'] }]);
    expect((await desk.ledger.readManifest(ID))?.manifest.published).toMatchObject([
      { to: 'other/2021-01-29.csv' },
    ]);
  });

  it('says that a path is another’s', async () => {
    desk.write('pipelines/sales.yaml', TEXT(LATER));
    await publish(ID);
    desk.write(
      'pipelines/sales.yaml',
      `${TEXT(LATER)}  other: { params: [date], run: clean, outputs: [{ path: o.csv }] }\n`,
    );
    await desk.run('sales other --date 2021-01-29');
    desk.write(
      'pipelines/sales.yaml',
      `${TEXT('clean.csv')}  other: { params: [date], run: clean, outputs: [${LATER.replace('clean.csv', 'o.csv')}] }\n`,
    );
    const report = await publish('sales/other/date=2021-01-29');
    expect(report.instances).toMatchObject([{ result: 'unpublished' }]);
    // What gives its path up frees it.
    expect(told(await publish(ID))).toEqual(['clean/date=2021-01-29: published']);
    expect(told(await publish('sales/other/date=2021-01-29'))).toEqual(['other/date=2021-01-29: published']);
  });
});
