import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../../runner/app/asked-pipeline.ts';
import { planBackfill, type BackfillAsked } from '../../../runner/app/backfill/plan-backfill.ts';
import { cancelBackfill, listBackfills, readBackfill } from '../../../runner/app/backfill/recorded.ts';
import { resumeBackfill } from '../../../runner/app/backfill/resume.ts';
import { runBackfillOn, type BackfillOptions } from '../../../runner/app/backfill/run-backfill.ts';
import type { PlanOptions } from '../../../runner/app/planned.ts';
import { systemClock } from '../../../runner/clock.ts';
import { createDryEngine, type DryEngine } from '../../../runner/engines/dry/engine.ts';
import type { DryScripts } from '../../../runner/engines/dry/script.ts';
import { ProblemsError } from '../../../runner/errors.ts';
import { reportDocument } from '../../../runner/report/json.ts';

const pipeline = (script: string): string => `
params: { date: { type: date, start: 2021-01-01 } }
tasks:
  fetch: { params: [date], image: busybox, run: 'echo ${script}' }
  score: { params: [date], needs: [fetch], image: busybox, run: 'true' }
`;
const RANGE: PlanOptions = { from: '2021-01-01', to: '2021-01-06', now: '2021-02-01T00:00:00Z' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-backfill-'));
  mkdirSync(join(root, 'pipelines'));
  writeFileSync(join(root, 'sluice.yaml'), 'store: store\n');
  writeFileSync(join(root, 'pipelines/p.yaml'), pipeline('one'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = () => ({ cwd: root, env: {} });
const plan = async (more: PlanOptions = {}, rules: BackfillAsked = {}) =>
  planBackfill(await openPipeline(options(), { pipeline: 'p' }), { ...RANGE, ...more }, rules);

type Planned = Awaited<ReturnType<typeof plan>>;

function dryFor({ planned }: Planned, scripts: DryScripts = {}): DryEngine {
  return createDryEngine({ clock: systemClock, openStore: () => planned.ledger.store, scripts });
}

async function run(backfill: Planned, scripts: DryScripts = {}, more: BackfillOptions = {}) {
  const engine = dryFor(backfill, scripts);
  const report = await runBackfillOn(engine, backfill, more);
  return { report, engine };
}

const refusal = async (made: Promise<unknown>): Promise<string> => {
  const error: unknown = await made.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemsError)) throw new Error(`Expected a refusal, got ${String(error)}`);
  return error.message;
};

describe('a backfill', () => {
  it('makes what is missing of a range, and is on record under the id of its run', async () => {
    const backfill = await plan();
    const { report } = await run(backfill);
    expect(report.counts).toEqual({ succeeded: 12 });
    expect(report.backfill).toBe(report.run);
    expect(reportDocument(report)).toMatchObject({ backfill: report.run, outcome: 'succeeded' });
    const { ledger } = backfill.planned;
    const [listed] = await listBackfills(ledger, { limit: 9 });
    expect(listed).toMatchObject({
      state: 'succeeded',
      record: {
        pipeline: 'p',
        planned: 12,
        runs: [report.run],
        counts: { succeeded: 12 },
        rules: { canary: 3 },
      },
    });
    expect((await run(await plan())).engine.jobs).toEqual([]);
  });

  it('needs a range, and leaves what is newest to a run', async () => {
    const asked = await openPipeline(options(), { pipeline: 'p' });
    expect(await refusal(planBackfill(asked, {}))).toBe('expected a range for a backfill');
  });

  it('runs each instance once, where two go over the same range', async () => {
    const scripts = { '**': { seconds: 0.02 } };
    const [one, other] = await Promise.all([plan(), plan({}, { order: 'oldest' })]);
    const both = await Promise.all([run(one, scripts), run(other, scripts)]);
    const started = both.flatMap(({ engine }) => engine.jobs.map(({ instance }) => instance));
    expect(started).toHaveLength(12);
    expect(new Set(started).size).toBe(12);
    for (const { report } of both) expect(report.outcome).toBe('succeeded');
  });

  it('stops where it is cancelled from elsewhere, and goes on with nothing redone', async () => {
    const backfill = await plan();
    const { ledger } = backfill.planned;
    const engine = dryFor(backfill, { 'p/*/date=2021-01-05': { seconds: 600 }, '**': { seconds: 0.01 } });
    const running = runBackfillOn(engine, backfill, { pollSeconds: 0.1 });
    let id = '';
    while (!engine.jobs.some(({ instance }) => instance.endsWith('05'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      id = (await listBackfills(ledger, { limit: 1 }))[0]?.record.backfill ?? id;
    }
    expect((await readBackfill(ledger, id)).state).toBe('running');
    expect(await refusal(resumeBackfill(options(), id))).toMatch(/^backfill \S+ is running, by run/);
    await cancelBackfill(ledger, id, 'somebody', systemClock.now());
    const report = await running;
    expect(report).toMatchObject({ outcome: 'cancelled', exitStatus: 130 });
    expect(await readBackfill(ledger, id)).toMatchObject({
      state: 'cancelled',
      record: { cancelled: { by: 'somebody' } },
    });
    expect((await cancelBackfill(ledger, id, 'again', systemClock.now())).state).toBe('cancelled');

    const done = report.instances.filter(({ state }) => state === 'succeeded').map((one) => one.id);
    const resumed = await resumeBackfill(options(), id);
    expect(resumed.changes).toEqual([]);
    const rest = await run(resumed, {}, { resumed: resumed.record });
    const redone = rest.engine.jobs.filter(({ instance }) => done.includes(instance));
    expect(redone).toEqual([]);
    expect(rest.report).toMatchObject({ outcome: 'succeeded', backfill: id });
    expect(done.length + rest.engine.jobs.length).toBe(12);
    const after = (await readBackfill(ledger, id)).record;
    expect(after.runs).toEqual([report.run, rest.report.run]);
    expect(after.cancelled).toBeUndefined();
  });

  it('is resumed with what the files say today, which is said', async () => {
    const first = await run(await plan(), { 'p/fetch/date=2021-01-05': { exitCode: 1 } });
    expect(first.report.counts).toEqual({ succeeded: 10, failed: 1, blocked: 1 });
    writeFileSync(join(root, 'pipelines/p.yaml'), pipeline('two'));
    const resumed = await resumeBackfill(options(), first.report.run);
    expect(resumed.changes).toEqual(['task p/fetch is written differently: run']);
    const { report, engine } = await run(resumed, {}, { resumed: resumed.record });
    expect(report.counts).toEqual({ succeeded: 2, done: 10 });
    expect(engine.jobs.map(({ instance }) => instance)).toEqual([
      'p/fetch/date=2021-01-05',
      'p/score/date=2021-01-05',
    ]);
  });

  it('that makes all anew does not make again what it has made', async () => {
    await run(await plan());
    const first = await run(await plan({ rebuild: 'all' }), { 'p/score/date=2021-01-05': { exitCode: 1 } });
    expect(first.report.counts).toEqual({ succeeded: 11, failed: 1 });
    const resumed = await resumeBackfill(options(), first.report.run);
    const { engine } = await run(resumed, {}, { resumed: resumed.record });
    expect(engine.jobs.map(({ instance }) => instance)).toEqual(['p/score/date=2021-01-05']);
  });

  it('is named where there is none of that id', async () => {
    const { planned } = await plan();
    for (const id of ['nothing', '20210101T000000Z-aaaaaa', '../../x']) {
      expect(await refusal(readBackfill(planned.ledger, id))).toBe(
        `there is no backfill "${id}" in the store`,
      );
    }
  });
});
