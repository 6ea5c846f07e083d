import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearByHand } from '../../../runner/app/hand/clear.ts';
import { putByHand, type PutOptions } from '../../../runner/app/hand/put.ts';
import { skipByHand } from '../../../runner/app/hand/skip.ts';
import { keysOf, textOf } from '../../contracts/object-store.ts';
import { makeAll, openDesk, told, type Desk } from './desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.remove());

const DAY = '--date 2021-01-29';
const ID = 'sales/fetch/date=2021-01-29';
const put = async (words: string, files: readonly string[], more: Partial<PutOptions> = {}) =>
  putByHand(await desk.asked(words), { who: 'anna', ledger: desk.open, values: ['rows=3'], files, ...more });

describe('a put by hand', () => {
  it('is an instance’s result: files, values and the x bit, with who and why', async () => {
    chmodSync(desk.write('mail/raw.csv', 'by mail'), 0o755);
    const report = await put(`sales fetch ${DAY}`, ['mail/raw.csv'], { reason: 'it came by mail' });
    expect(told(report)).toEqual(['fetch/date=2021-01-29: put']);
    const manifest = (await desk.ledger.readManifest(ID))?.manifest;
    expect(manifest).toMatchObject({
      outcome: 'succeeded',
      by: { how: 'put', who: 'anna', reason: 'it came by mail' },
      objects: [{ path: 'raw.csv', bytes: 7, executable: true }],
      values: { rows: '3' },
      inputs: [],
      period: { start: '2021-01-29T00:00:00+00:00' },
    });
    expect(await textOf(desk.store, `objects/${ID}/${manifest?.attempt}/raw.csv`)).toBe('by mail');
    const run = await desk.run(`sales clean ${DAY}`);
    expect(run.counts).toEqual({ succeeded: 1 });
    const clean = await desk.ledger.readManifest('sales/clean/date=2021-01-29');
    expect(clean?.manifest.inputs).toMatchObject([{ instance: ID, attempt: manifest?.attempt }]);
  });

  it('is published as its task’s own would be, and takes the place of what was there', async () => {
    await desk.run(`sales clean ${DAY}`);
    desk.write('clean.csv', 'mended');
    const report = await put('sales/clean/date=2021-01-29', ['clean.csv'], { values: [] });
    expect(report.instances).toMatchObject([{ result: 'put', published: ['clean/2021-01-29.csv'] }]);
    expect(report.instances[0]?.reason).toContain('in place of');
    expect(await textOf(desk.store, 'published/clean/2021-01-29.csv')).toBe('mended');
  });

  it('replaces a skip and closes a failure', async () => {
    desk.write('raw.csv', 'late after all');
    await skipByHand(await desk.asked(ID), { who: 'bo', reason: 'closed', ledger: desk.open });
    expect(told(await put(ID, ['raw.csv']))).toEqual(['fetch/date=2021-01-29: put']);
    await desk.run('sales fetch --date 2021-01-28', {}, () => ({ exitCode: 1 }));
    await put('sales/fetch/date=2021-01-28', ['raw.csv']);
    expect(await desk.ledger.openFailures()).toEqual([]);
  });

  it('takes a file under its declared name, and a folder for /outputs, with links in it', async () => {
    desk.write('final-2.csv', 'x');
    await put(ID, ['raw.csv=final-2.csv']);
    desk.write('out/real.txt', 'linked');
    symlinkSync('real.txt', join(desk.folder, 'out/raw.csv'));
    await expect(put(ID, ['out'])).rejects.toThrow('expected the declared outputs raw.csv, found real.txt');
    desk.write('pipelines/sales.yaml', (await pipelineText()).replace('raw.csv, {', "raw.csv, '*.txt', {"));
    await put(ID, ['out']);
    expect((await desk.ledger.readManifest(ID))?.manifest.objects).toMatchObject([
      { path: 'raw.csv', bytes: 6 },
      { path: 'real.txt', bytes: 6 },
    ]);
  });

  it.each<readonly [string, readonly string[], Partial<PutOptions>, string]>([
    ['an undeclared file', ['other.csv'], {}, 'found other.csv'],
    ['an empty file', ['raw.csv=empty.csv'], {}, 'is empty'],
    ['no file', [], {}, 'raw.csv'],
    ['a file that is not there', ['gone.csv'], {}, 'gone.csv cannot be read'],
    ['the same twice', ['raw.csv=other.csv', 'raw.csv=empty.csv'], {}, 'raw.csv is given twice'],
    ['a name that leads out', ['../raw.csv=other.csv'], {}, 'found ../raw.csv'],
    ['a missing value', ['raw.csv=other.csv'], { values: [] }, 'expected a value for rows'],
    [
      'an undeclared value',
      ['raw.csv=other.csv'],
      { values: ['rows=1', 'row=2'] },
      'declares no value `row`',
    ],
    ['a value without a name', ['raw.csv=other.csv'], { values: ['rows'] }, 'expected name=text'],
  ])('refuses %s, and leaves nothing in the store', async (_, files, more, message) => {
    desk.write('other.csv', 'o');
    desk.write('empty.csv', '');
    await expect(put(ID, files, more)).rejects.toThrow(message);
    expect((await keysOf(desk.store, '')).filter((key) => !key.startsWith('store'))).toEqual([]);
  });

  it('refuses files for several instances', async () => {
    desk.write('raw.csv', 'x');
    const range = { from: '2021-01-28', to: '2021-01-29' };
    await expect(put('sales fetch', ['raw.csv'], range)).rejects.toThrow('expected one instance');
  });

  it('stays under stale and all, until its declared outputs change; a clear has it made', async () => {
    desk.write('raw.csv', 'x');
    await put(ID, ['raw.csv']);
    const text = await pipelineText();
    desk.write(
      'pipelines/sales.yaml',
      text.replace('run: fetch', 'run: other').replace('default: 5', 'default: 6'),
    );
    const stateOf = async (rebuild: string) => {
      const { plan } = await desk.plan(ID, { rebuild });
      return plan.instances.map(({ state, reason, action }) => `${state}, ${action}: ${reason}`);
    };
    expect(await stateOf('missing')).toEqual(['done, none: done']);
    expect(await stateOf('stale')).toEqual(['done, none: done']);
    expect(await stateOf('all')).toEqual([
      `done, none: put by anna; it stays until it is cleared: sluice clear ${ID}`,
    ]);
    desk.write('pipelines/sales.yaml', text.replace('raw.csv, {', 'raw.csv, more.csv, {'));
    expect(await stateOf('stale')).toEqual(['stale, run: outputs changed: `more.csv` is new']);
    await clearByHand(await desk.asked(ID), { who: 'anna', ledger: desk.open });
    expect((await desk.run(ID)).counts).toEqual({ succeeded: 1 });
    expect((await desk.ledger.readManifest(ID))?.manifest.by).toBeUndefined();
  });

  it('loses against an attempt that commits while it stores, and leaves no object', async () => {
    desk.write('raw.csv', 'x');
    const readManifest: Desk['ledger']['readManifest'] = (id) => desk.ledger.readManifest(id);
    let raced = false;
    const racing: Desk['ledger'] = {
      ...desk.ledger,
      async readManifest(id) {
        const found = await readManifest(id);
        if (raced) return found;
        raced = true;
        // A run that holds this one for dead.
        await desk.run(ID, { ledger: async () => ({ ...desk.ledger, claim: deadTo(desk) }) });
        return found;
      },
    };
    const report = await put(ID, ['raw.csv'], { ledger: async () => racing });
    expect(report.instances).toMatchObject([{ result: 'overtaken' }]);
    const manifest = (await readManifest(ID))?.manifest;
    expect(manifest?.by).toBeUndefined();
    expect(await keysOf(desk.store, `objects/${ID}/`)).toEqual([
      `objects/${ID}/${manifest?.attempt}/raw.csv`,
    ]);
  });

  it('has an attempt that commits after it drop what it made', async () => {
    desk.write('raw.csv', 'x');
    const claim = deadTo(desk);
    const report = await desk.run(ID, {}, async (job, options) => {
      await put(ID, ['raw.csv'], { ledger: async () => ({ ...desk.ledger, claim }) });
      return makeAll(job, options);
    });
    expect(report.instances).toMatchObject([{ id: ID, state: 'done' }]);
    const manifest = (await desk.ledger.readManifest(ID))?.manifest;
    expect(manifest?.by).toMatchObject({ how: 'put' });
    expect(await keysOf(desk.store, `objects/${ID}/`)).toEqual([
      `objects/${ID}/${manifest?.attempt}/raw.csv`,
    ]);
  });
});

/** A claim that takes every other run for dead. */
function deadTo({ ledger }: Desk): Desk['ledger']['claim'] {
  return async (id, attempt, run) => {
    const got = await ledger.claim(id, attempt, run);
    if (got.kind === 'claimed') return got;
    return { kind: 'claimed', claim: { record: { ...got.by, run, attempt }, etag: 'not ours' } };
  };
}

async function pipelineText(): Promise<string> {
  const { readFileSync } = await import('node:fs');
  return readFileSync(join(desk.folder, 'pipelines/sales.yaml'), 'utf8');
}
