import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../runner/app/asked-pipeline.ts';
import { planPipeline, type PlanOptions } from '../../runner/app/planned.ts';
import { runOn } from '../../runner/app/run.ts';
import { systemClock } from '../../runner/clock.ts';
import { createDryEngine } from '../../runner/engines/dry/engine.ts';
import { ProblemsError } from '../../runner/errors.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-moment-'));
  mkdirSync(join(folder, 'pipelines'));
  writeFileSync(join(folder, 'sluice.yaml'), 'store: store\n');
  writeFileSync(
    join(folder, 'pipelines', 'scores.yaml'),
    `timezone: America/New_York
params: { date: { type: date, start: 2021-01-01 } }
tasks:
  late: { image: busybox, run: fetch, outputs: [x], due: '18:00', deadline: '21:00' }
  score: { image: busybox, run: score, outputs: [x], needs: [{ task: late, optional: true }], due: '18:00' }
`,
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = () => openPipeline({ cwd: folder, env: { HOME: folder } });
const plan = async (options: PlanOptions) => planPipeline(await open(), options);

/** The source answers "not there yet". */
async function run(options: PlanOptions) {
  const engine = createDryEngine({
    clock: systemClock,
    openStore: () => createDirectoryStore(join(folder, 'store')),
    scripts: { 'scores/late/*': { exitCode: 75 } },
  });
  const report = await runOn(engine, await plan(options));
  return Object.fromEntries(report.instances.map(({ id, state }) => [id, state]));
}

describe('--now', () => {
  it('is the moment that latest and due times are asked of', async () => {
    const before = await plan({ now: '2021-01-29T17:59-05:00' });
    expect(before.plan.at).toBe('2021-01-29T22:59:00.000Z');
    expect(before.plan.instances.map(({ id }) => id)).toContain('scores/late/date=2021-01-28');
    const after = await plan({ now: '2021-01-29T18:00-05:00' });
    expect(after.plan.instances.map(({ id }) => id)).toContain('scores/late/date=2021-01-29');
    const soon = await plan({ now: '2021-01-29T17:00-05:00', from: '2021-01-29', to: '2021-01-29' });
    expect(soon.plan.instances[0]?.reason).toBe('due 2021-01-29 18:00 America/New_York, in 1 h');
  });

  it('is the moment until which a run awaits what is late; its records keep the clock’s', async () => {
    const day = { from: '2021-01-29', to: '2021-01-29' };
    expect(await run({ ...day, now: '2021-01-29T20:59-05:00' })).toEqual({
      'scores/late/date=2021-01-29': 'waiting',
      'scores/score/date=2021-01-29': 'waiting',
    });
    expect(await run({ ...day, now: '2021-01-29T21:00-05:00' })).toEqual({
      'scores/late/date=2021-01-29': 'waiting',
      'scores/score/date=2021-01-29': 'succeeded',
    });
    const { ledger } = await plan({});
    const [record] = await ledger.listRuns({ limit: 1 });
    expect(Date.parse(record?.startedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('refuses what is no instant, with the instant that was meant', async () => {
    const problems = await plan({ now: '2021-01-29T18:00', from: '2021-01-29', to: '2021-01-28' }).catch(
      (error: unknown) => (error instanceof ProblemsError ? error.problems : []),
    );
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'bad-now',
        message: '--now: expected an instant with its offset, found "2021-01-29T18:00"',
        fix: 'write --now 2021-01-29T18:00:00-05:00, as it is in America/New_York',
      }),
    ]);
  });
});
