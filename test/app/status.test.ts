import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skipByHand } from '../../runner/app/hand/skip.ts';
import { soundPipelines } from '../../runner/app/sound-pipelines.ts';
import { pastAttempts } from '../../runner/app/status/attempts.ts';
import { findHoles } from '../../runner/app/status/holes.ts';
import { attemptLines } from '../../runner/report/attempts.ts';
import { holeLines } from '../../runner/report/holes.ts';
import { failureLines } from '../../runner/report/open-failures.ts';
import { createPaint } from '../../runner/report/paint.ts';
import { failureOf } from '../ledger/sample.ts';
import { openDesk, type Desk } from './hand/desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.remove());

const paint = createPaint(false);
const holes = async () =>
  findHoles(desk.ledger, await soundPipelines({ cwd: desk.folder, env: {} }), desk.clock.now());

describe('holes', () => {
  it('are what is due within reach of the start and neither done, excused nor failed, newest first', async () => {
    const range = { from: '2021-01-26', to: '2021-01-30' };
    await desk.run('sales fetch', range);
    await skipByHand(await desk.asked('sales fetch --date 2021-01-31'), {
      who: 'anna',
      reason: 'closed',
      ledger: desk.open,
    });
    await desk.run('sales clean --date 2021-01-29', {}, () => ({ exitCode: 1 }));
    const found = await holes();
    expect(found.find(({ task }) => task === 'fetch')).toEqual({
      pipeline: 'sales',
      task: 'fetch',
      count: 1,
      newest: ['sales/fetch/date=2021-01-25'],
      from: '2021-01-25',
      to: '2021-01-25',
      command: 'sluice run sales fetch --date 2021-01-25',
    });
    const clean = found.find(({ task }) => task === 'clean');
    // Not the failed one, and not the one whose source was skipped.
    expect(clean).toMatchObject({ count: 5, from: '2021-01-25', to: '2021-01-30' });
    expect(clean?.newest[0]).toBe('sales/clean/date=2021-01-30');
    expect(holeLines(found, paint).join('\n')).toContain(
      'sales/clean: 5, newest clean/date=2021-01-30, back to 2021-01-25\n    to fill: sluice run sales clean --date 2021-01-25..2021-01-30',
    );
    await desk.run('sales fetch --date 2021-01-25');
    expect((await holes()).map(({ task }) => task)).not.toContain('fetch');
  });

  it('are not counted of a task without a start, or with a key that nobody spells out', async () => {
    desk.write(
      'pipelines/sales.yaml',
      "name: sales\nparams: { date: { type: date }, day: { type: date, start: 2021-01-25 }, shop: { type: string, key: true } }\ndefaults: { image: busybox, run: 'true' }\ntasks: { a: { params: [date] }, b: { params: [day, shop] }, c: { params: [] } }\n",
    );
    expect(await holes()).toEqual([]);
  });
});

describe('attempts over time', () => {
  it('are told newest first, with how they ended and how long they took', async () => {
    const id = 'sales/fetch/date=2021-01-29';
    await desk.run(id, {}, () => ({ exitCode: 1, seconds: 4 }));
    await desk.clock.advance(3600);
    await desk.run(id);
    await desk.clock.advance(3600);
    await desk.run('sales fetch --date 2021-01-28');
    const past = await pastAttempts(desk.ledger, { pipeline: 'sales', path: id }, 10);
    expect(past.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
    expect(await pastAttempts(desk.ledger, { pipeline: 'sales', path: 'sales/fetch' }, 10)).toHaveLength(3);
    expect(await pastAttempts(desk.ledger, { pipeline: 'sales', path: 'sales/fet' }, 10)).toEqual([]);
    expect(attemptLines(past, paint)[1]).toMatch(
      /^2021-02-01 00:00 UTC {2}failed in .*: exit status 1 {2}sales/,
    );
  });
});

describe('open failures', () => {
  it('are told by first cause, once for all that failed in the same way', () => {
    const at = (day: number) => `2021-01-${day}T22:00:02.000Z`;
    const of = (day: number, message = 'exit status 1') =>
      failureOf('20210129T220000Z-aaaaaa-1', null, {
        instance: `sales/fetch/date=2021-01-${day}`,
        cause: { kind: 'exit', message, transient: false },
        finishedAt: at(day),
      });
    expect(failureLines([of(26), of(28), of(27), of(25, 'exit status 2')], paint)).toEqual([
      '  sales/fetch/date=2021-01-28: exit status 1 (2021-01-28 22:00 UTC)',
      '    likewise: fetch/date=2021-01-27, fetch/date=2021-01-26',
      '    │ boom',
      '    log: sluice logs sales/fetch/date=2021-01-28',
      '  sales/fetch/date=2021-01-25: exit status 2 (2021-01-25 22:00 UTC)',
      '    │ boom',
      '    log: sluice logs sales/fetch/date=2021-01-25',
      '  again: sluice run sales --only failed',
    ]);
    expect(failureLines([of(26)], paint, () => true).at(-1)).toContain('log: sluice logs');
  });
});
