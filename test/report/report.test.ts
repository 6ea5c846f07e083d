import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../runner/model/event.ts';
import type { Plan, PlannedInstance } from '../../runner/model/plan.ts';
import type { Report, ReportInstance } from '../../runner/model/report.ts';
import { documentPieces } from '../../runner/commands/cli/document.ts';
import { planDocument, problemsDocument, reportDocument } from '../../runner/report/json.ts';
import { createPaint } from '../../runner/report/paint.ts';
import { createPlainReporter } from '../../runner/report/plain.ts';
import { formatPlan } from '../../runner/report/plan-table.ts';
import { applyEvent, createLiveView, estimateSeconds } from '../../runner/report/live-view.ts';
import { formatSummary } from '../../runner/report/summary.ts';
import type { Surroundings } from '../../runner/report/surroundings.ts';
import { table } from '../../runner/report/table.ts';
import { cutToWidth } from '../../runner/report/width.ts';
import { formatBytes, formatCounts, formatDuration, shortId } from '../../runner/report/words.ts';

const plain = createPaint(false);
const here: Surroundings = {
  complete: (text) => text,
  publishedAt: (path) => `/store/published/${path}`,
};
const START = Date.parse('2021-01-29T18:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function planned(task: string, date: string, over: Partial<PlannedInstance> = {}): PlannedInstance {
  return {
    id: `p/${task}/date=${date}`,
    pipeline: 'p',
    task,
    keys: { date },
    params: { date, top: 50 },
    matrix: {},
    state: 'missing',
    reason: 'missing',
    needs: [],
    asked: true,
    action: 'run',
    ...over,
  };
}

function planOf(instances: readonly PlannedInstance[], over: Partial<Plan> = {}): Plan {
  const counts: Record<string, number> = {};
  for (const { state } of instances) counts[state] = (counts[state] ?? 0) + 1;
  return {
    pipeline: 'p',
    request: {
      pipeline: 'p',
      tasks: [],
      range: { kind: 'latest' },
      params: {},
      times: {},
      rebuild: { missing: true, failed: true, stale: false, all: false },
      downstream: false,
    },
    at: at(0),
    instances,
    counts,
    atLeast: false,
    warnings: [],
    ...over,
  };
}

const failed: ReportInstance = {
  id: 'p/prices/date=2021-01-29',
  task: 'prices',
  state: 'failed',
  reason: 'exit status 3',
  attempt: '20210129T180000Z-abcdef-2',
  seconds: 2.04,
  exitCode: 3,
  cause: { kind: 'exit', message: 'exit status 3', transient: false },
  lastLines: ['fetching', 'boom'],
};
const ok: ReportInstance = {
  id: 'p/a/date=2021-01-29',
  task: 'a',
  state: 'succeeded',
  reason: '',
  attempt: 'r-1',
  seconds: 1,
  exitCode: 0,
};
const blocked: ReportInstance = {
  id: 'p/score/date=2021-01-29',
  task: 'score',
  state: 'blocked',
  reason: 'by prices/date=2021-01-29',
  blockedBy: [failed.id],
};
const report: Report = {
  run: '20210129T180000Z-abcdef',
  pipeline: 'p',
  outcome: 'failed',
  startedAt: at(0),
  finishedAt: at(75),
  counts: { succeeded: 1, failed: 1, blocked: 1 },
  instances: [ok, failed, blocked],
  exitStatus: 1,
  published: ['reports/2021-01-28.html', 'reports/2021-01-29.html'],
};

describe('numbers in words', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7800, '2 h 10 min'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [4_404_019, '4.2 MiB'],
    [2 ** 40 * 300, '300 TiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('counts what there is, what went wrong last', () => {
    expect(formatCounts({ failed: 1, succeeded: 1234, blocked: 0 })).toBe('1,234 succeeded, 1 failed');
    expect(formatCounts({})).toBe('nothing');
  });

  it('leaves the pipeline and an empty partition out of names', () => {
    expect(shortId('p/prices/date=2021-01-29')).toBe('prices/date=2021-01-29');
    expect(shortId('p/load/_')).toBe('load');
  });
});

describe('the plan as text', () => {
  it('says state, reason and who needs it', () => {
    const plan = planOf([
      planned('a', '2021-01-28', { state: 'done', reason: 'done', action: 'none' }),
      planned('b', '2021-01-29', { asked: false, neededBy: 'p/c/date=2021-01-29' }),
      planned('c', '2021-01-29', { state: 'waiting', reason: 'due 18:00, in 2 h', action: 'none' }),
    ]);
    expect(formatPlan(plan, plain, { all: false }).split('\n')).toEqual([
      'a/date=2021-01-28  done',
      'b/date=2021-01-29  missing      needed by c/date=2021-01-29',
      'c/date=2021-01-29  waiting      due 18:00, in 2 h',
      '',
      'p: 1 done, 1 missing, 1 waiting; 1 to run',
    ]);
  });

  it('only counts the finished ones where there are many, unless all are wanted', () => {
    const days = Array.from({ length: 70 }, (_, day) =>
      planned('a', `d${day}`, { state: 'done', reason: 'done', action: 'none' }),
    );
    const plan = planOf([...days, planned('b', 'd1')]);
    expect(formatPlan(plan, plain, { all: false }).split('\n')).toHaveLength(4);
    expect(formatPlan(plan, plain, { all: false })).toContain('… and 70 done (--all shows them)');
    expect(formatPlan(plan, plain, { all: true }).split('\n')).toHaveLength(73);
  });

  it('takes a line a task where there are many, and names the first that are in trouble', () => {
    const days = Array.from({ length: 51 }, (_, day) => planned('a', `2021-01-${String(day + 10)}`));
    const failed = planned('b', '2021-01-10', { state: 'failed', reason: 'exit status 3\nand more' });
    const plan = planOf([...days, failed]);
    expect(formatPlan(plan, plain, { all: false }).split('\n').slice(0, 4)).toEqual([
      'a: 51 missing, 2021-01-10 … 2021-01-60',
      'b: 1 failed, 2021-01-10, exit status 3 …',
      '  failed b/date=2021-01-10: exit status 3 …',
      '--all shows each instance',
    ]);
  });

  it('lets a name that leaves no room for its state stand above it on a terminal, and on one line elsewhere', () => {
    const long = `extract-${'x'.repeat(60)}`;
    const plan = planOf([
      planned(long, 'd1'),
      planned('b', 'd1', { state: 'done', reason: 'done', action: 'none' }),
    ]);
    const shown = (columns?: number) =>
      formatPlan(plan, plain, { all: false, ...(columns === undefined ? {} : { columns }) }).split('\n');
    expect(shown(80).slice(0, 3)).toEqual([`${long}/date=d1`, '  missing', 'b/date=d1  done']);
    expect(shown()[0]).toBe(`${long}/date=d1  missing`);
  });

  it('keeps a reason of many lines on one', () => {
    const plan = planOf([planned('a', 'd1', { state: 'failed', reason: 'no such image\n  step 3\n' })]);
    expect(formatPlan(plan, plain, { all: false }).split('\n')).toHaveLength(3);
    expect(formatPlan(plan, plain, { all: false })).toContain('no such image …');
  });

  it('says that counts with placeholders are lower bounds', () => {
    expect(formatPlan(planOf([planned('a', 'd')], { atLeast: true }), plain, { all: false })).toContain(
      'at least 1 to run',
    );
  });
});

describe('the JSON documents', () => {
  it('hold a plan as the contract says', () => {
    const member = {
      name: 'a',
      task: 'a',
      pipeline: 'p',
      foreign: false,
      optional: false,
      select: 'same' as const,
    };
    const need = {
      ...member,
      members: ['p/a/date=d'],
      single: true,
      atLeast: 1,
      atLeastWritten: false,
      positions: 1,
    };
    expect(written(planDocument(planOf([planned('b', 'd', { needs: [need] })])))).toEqual({
      schema: 1,
      pipeline: 'p',
      counts: { missing: 1 },
      instances: [
        {
          id: 'p/b/date=d',
          task: 'b',
          params: { date: 'd', top: 50 },
          state: 'missing',
          reason: 'missing',
          needs: ['p/a/date=d'],
        },
      ],
    });
    expect(written(planDocument(planOf([], { atLeast: true })))).toMatchObject({ atLeast: true });
  });

  it('hold a run as the contract says', () => {
    expect(written(reportDocument(report))).toMatchObject({
      schema: 1,
      run: '20210129T180000Z-abcdef',
      outcome: 'failed',
      counts: { succeeded: 1, failed: 1, blocked: 1 },
      instances: [
        { id: ok.id, state: 'succeeded', attempt: 'r-1', reason: '', seconds: 1, exitCode: 0 },
        { id: failed.id, state: 'failed', reason: 'exit status 3', exitCode: 3, cause: 'exit' },
        {
          id: blocked.id,
          state: 'blocked',
          attempt: null,
          reason: 'by prices/date=2021-01-29',
          seconds: null,
          exitCode: null,
        },
      ],
    });
  });

  it('hold what went out of reach in the middle of a run', () => {
    const cause = { kind: 'engine-lost' as const, message: 'the engine is lost', transient: true };
    const lost = {
      ...report,
      exitStatus: 4,
      instances: [{ ...failed, cause }, { ...failed, cause }, blocked],
    };
    expect(written(reportDocument(lost))).toMatchObject({
      outcome: 'failed',
      problems: [{ code: 'engine-lost', file: null, message: 'the engine is lost', fix: null }],
    });
    expect(written(reportDocument({ ...report, exitStatus: 4 }))).toMatchObject({
      problems: [{ code: 'store-error' }],
    });
    expect(written(reportDocument(report))).not.toHaveProperty('problems');
  });

  it('hold problems with every field, null where unknown', () => {
    expect(problemsDocument([{ severity: 'error', code: 'x', message: 'm' }])).toEqual({
      schema: 1,
      problems: [{ code: 'x', file: null, line: null, column: null, message: 'm', fix: null }],
    });
  });
});

describe('the end of a run', () => {
  it('tells what failed with cause, last lines and the commands, and what did not run', () => {
    expect(formatSummary(report, plain, here).split('\n')).toEqual([
      'failed prices/date=2021-01-29 (attempt 20210129T180000Z-abcdef-2)',
      '  exit status 3',
      '  │ fetching',
      '  │ boom',
      '  log:   sluice logs p/prices/date=2021-01-29 --run 20210129T180000Z-abcdef',
      '  again: sluice repro p/prices/date=2021-01-29 --exec',
      '',
      'blocked score/date=2021-01-29: by prices/date=2021-01-29',
      '',
      'published /store/published/reports/2021-01-29.html and 1 more',
      'p failed in 1 min 15 s: 1 succeeded, 1 blocked, 1 failed',
      'Next: mend the cause, then the same command again: only what is left is done',
    ]);
  });

  it('tells a cause once, however many it stopped', () => {
    const many = Array.from({ length: 9 }, (_, n) => ({ ...blocked, id: `p/score/date=d${n}` }));
    const text = formatSummary({ ...report, instances: [failed, ...many] }, plain, here);
    expect(text).toContain(
      'blocked score/date=d0, score/date=d1, score/date=d2 and 6 more: by prices/date=2021-01-29',
    );
    expect(text.match(/^blocked/gm)).toHaveLength(1);
  });

  it('names what failed by itself where the same command would not ask for it again', () => {
    const added = { ...failed, added: true };
    expect(formatSummary({ ...report, instances: [added] }, plain, here)).toContain(
      'Next: mend the cause, then: sluice run p/prices/date=2021-01-29',
    );
    expect(formatSummary({ ...report, instances: [added, blocked] }, plain, here)).toContain(
      'Next: mend the cause, then the same command again',
    );
  });

  it('offers the results of the last task that has files, never those of a hook', () => {
    const made = (task: string, more: Partial<ReportInstance>): ReportInstance => ({
      id: `p/${task}/_`,
      task,
      state: 'succeeded',
      reason: '',
      ...more,
    });
    const instances = [
      made('a', { hasFiles: true }),
      made('b', { hasFiles: true, state: 'unchanged' }),
      made('c', {}),
      made('h', { hook: true }),
    ];
    const { outcome: _, ...rest } = report;
    const text = (some: readonly ReportInstance[]) =>
      formatSummary({ ...rest, outcome: 'succeeded', instances: some }, plain, here);
    expect(text(instances)).toContain('Results: sluice get p/b/_ --to out');
    expect(text(instances.slice(2))).not.toContain('Results');
  });

  it('names no run for the log of what failed in an earlier one', () => {
    const { attempt: _, ...earlier } = failed;
    const text = formatSummary({ ...report, instances: [earlier] }, plain, here);
    expect(text).toContain('sluice logs p/prices/date=2021-01-29\n');
  });

  it('names the log of what was cancelled or not ready while it ran, once for each cause', () => {
    const cancelled = (task: string, over: Partial<ReportInstance> = {}): ReportInstance => ({
      id: `p/${task}/_`,
      task,
      state: 'cancelled',
      reason: 'interrupted',
      ...over,
    });
    const instances = [cancelled('a'), cancelled('b', { attempt: `${report.run}-1`, seconds: 3 })];
    expect(formatSummary({ ...report, instances }, plain, here)).toContain(
      'cancelled a, b: interrupted\n  log:   sluice logs p/b/_ --run 20210129T180000Z-abcdef\n',
    );
    expect(formatSummary({ ...report, instances: [cancelled('a')] }, plain, here)).not.toContain('log:');
  });

  it('tells a result that could not be published', () => {
    const unpublished: ReportInstance = {
      ...ok,
      state: 'unpublished',
      reason: 'publishing: the disk is full',
    };
    expect(formatSummary({ ...report, instances: [unpublished] }, plain, here)).toContain(
      'unpublished a/date=2021-01-29: publishing: the disk is full',
    );
  });

  it('says plainly that there was nothing to do', () => {
    const done = { id: 'p/a/date=2021-01-29', task: 'a', state: 'done' as const, reason: 'done' };
    const idle = {
      ...report,
      outcome: 'succeeded' as const,
      instances: [done],
      counts: { done: 100_000 },
      published: [],
      exitStatus: 0,
    };
    expect(formatSummary(idle, plain, here)).toBe('p: nothing to do: 100,000 done');
  });

  it('names a few first causes, shortly, whatever the reason says of them', () => {
    const causes = Array.from({ length: 5 }, (_, n) => `p/prices/date=d${n}`);
    const text = formatSummary(
      { ...report, instances: [{ ...blocked, reason: 'by prices', blockedBy: causes }] },
      plain,
      here,
    );
    expect(text).toContain(
      'blocked score/date=2021-01-29: by prices/date=d0, prices/date=d1, prices/date=d2 and 2 more',
    );
  });

  it('never calls a success what did not use the setting that was asked for', () => {
    const stale = {
      instances: ['p/x/_'],
      atLeast: false,
      reasons: ['setting top: 5 → 20'],
      unused: ['top=20'],
    };
    const again = { ...here, rebuildStale: 'sluice run p --top 20 --rebuild stale' };
    const idle = {
      ...report,
      outcome: 'succeeded' as const,
      instances: [],
      counts: { stale: 1 },
      published: [],
      stale,
    };
    expect(formatSummary(idle, plain, again)).toBe(
      'p: nothing to do: 1 stale\nStale: nothing was made with top=20: sluice run p --top 20 --rebuild stale',
    );
    const other: ReportInstance = { id: 'p/y/_', task: 'y', state: 'succeeded', reason: '', attempt: 'r-1' };
    const busy = formatSummary({ ...idle, instances: [other] }, plain, here);
    expect(busy).not.toContain('succeeded in');
    expect(busy).toContain('nothing was made with top=20: add --rebuild stale');
    expect(reportDocument(idle)).toMatchObject({
      stale: { count: 1, message: 'nothing was made with top=20: add --rebuild stale' },
    });
  });

  it('says the command that goes on where the same words would begin anew', () => {
    const all: Surroundings = { ...here, resume: (run) => `sluice run p --rebuild all --resume ${run}` };
    const stopped: Report = { ...report, outcome: 'cancelled', instances: [] };
    expect(formatSummary(stopped, plain, all)).toContain(
      `Next: sluice run p --rebuild all --resume ${report.run}`,
    );
    expect(formatSummary(stopped, plain, here)).toContain('Next: the same command again continues');
    expect(formatSummary(report, plain, all)).toContain(
      `Next: mend the cause, then sluice run p --rebuild all --resume ${report.run}`,
    );
  });

  it('says where results are when all is well', () => {
    const good = {
      ...report,
      outcome: 'succeeded' as const,
      instances: [{ ...ok, hasFiles: true }],
      counts: { succeeded: 1 },
      published: [],
      exitStatus: 0,
    };
    expect(formatSummary(good, plain, here)).toBe(
      'p succeeded in 1 min 15 s: 1 succeeded\nResults: sluice get p/a/date=2021-01-29 --to out',
    );
  });
});

const events: readonly RunEvent[] = [
  {
    type: 'run-started',
    run: 'r',
    at: at(0),
    plan: planOf([planned('a', 'd1'), planned('a', 'd2'), planned('b', 'd1')]),
  },
  { type: 'instance-started', id: 'p/a/date=d1', attempt: 'r-1', at: at(0) },
  { type: 'log', id: 'p/a/date=d1', attempt: 'r-1', stream: 'stdout', line: 'hello' },
  { type: 'instance-finished', at: at(4), result: { ...ok, id: 'p/a/date=d1', seconds: 4 } },
  { type: 'instance-started', id: 'p/a/date=d2', attempt: 'r-2', at: at(4) },
  { type: 'log', id: 'p/a/date=d2', attempt: 'r-2', stream: 'stdout', line: 'half way' },
];

describe('the live table', () => {
  it('shows counts, each running instance with its time and last line, and an estimate', () => {
    const view = createLiveView();
    for (const event of events) applyEvent(view, event);
    expect(table(view, START + 6000, 100, 24, plain).split('\n')).toEqual([
      '1 succeeded · 1 running · 1 to do · 6.0 s, about 12 s left',
      '  a/date=d2      2.0 s  half way',
    ]);
    expect(estimateSeconds(view, START + 6000)).toBeGreaterThan(0);
  });

  it('gives no estimate of nothing, as after an interrupt', () => {
    const view = createLiveView();
    for (const event of events) applyEvent(view, event);
    for (const task of view.pending.keys()) view.pending.set(task, 0);
    expect(table(view, START + 6000, 100, 24, plain)).not.toContain('left');
  });

  it('tells in a line what is waited for, and by how many', () => {
    const view = createLiveView();
    for (const event of events) applyEvent(view, event);
    const waiting = (id: string): RunEvent => ({ type: 'waiting-on-pool', id, kind: 'pool', name: 'db' });
    for (const id of ['p/x/_', 'p/y/_', 'p/z/_']) applyEvent(view, waiting(id));
    applyEvent(view, { type: 'waiting-on-claim', id: 'p/w/_', run: 'r' });
    applyEvent(view, { type: 'instance-started', id: 'p/z/_', attempt: 'r-1', at: at(5) });
    const lines = table(view, START + 6000, 100, 24, plain).split('\n');
    expect(lines.slice(-2)).toEqual(['  2 waiting on pool db', '  1 waiting on run r']);
  });

  it('never writes a line wider than the terminal, nor more lines than it has', () => {
    const view = createLiveView();
    for (const event of events) applyEvent(view, event);
    for (let n = 0; n < 50; n += 1) {
      applyEvent(view, { type: 'instance-started', id: `p/x/date=${n}`, attempt: 'r', at: at(5) });
      applyEvent(view, {
        type: 'log',
        id: `p/x/date=${n}`,
        attempt: 'r',
        stream: 'stdout',
        line: '宽'.repeat(100),
      });
    }
    const lines = table(view, START + 6000, 60, 20, plain).split('\n');
    expect(lines.length).toBeLessThanOrEqual(20);
    for (const line of lines) expect(cutToWidth(line, 59)).toBe(line);
    expect(lines.at(-1)).toContain('more running');
  });

  it('takes a second line for time and estimate where the terminal is narrow', () => {
    const view = createLiveView();
    for (const event of events) applyEvent(view, event);
    expect(
      table(view, START + 6000, 40, 10, plain)
        .split('\n')
        .slice(0, 2),
    ).toEqual(['1 succeeded · 1 running · 1 to do', '6.0 s, about 12 s left']);
  });

  it('cuts by columns and keeps colours closed', () => {
    expect(cutToWidth('abcdef', 6)).toBe('abcdef');
    expect(cutToWidth('abcdef', 4)).toBe('abc…');
    expect(cutToWidth('\u001b[31mabcdef\u001b[39m', 4)).toBe('\u001b[31mabc…\u001b[39m');
    expect(cutToWidth('宽宽宽', 4)).toBe('宽…');
  });
});

describe('plain lines', () => {
  it('are one an event, without control characters', () => {
    let text = '';
    const reporter = createPlainReporter({
      write: (part) => (text += part),
      paint: plain,
      surroundings: here,
      clock: { now: () => Date.parse('2021-01-29T18:00:00Z') },
      logs: true,
    });
    for (const event of events) reporter.on(event);
    reporter.on({ type: 'instance-finished', at: at(9), result: failed });
    reporter.on({
      type: 'retry-scheduled',
      id: failed.id,
      attempt: 'r-1',
      cause: { kind: 'engine-lost', message: 'engine lost', transient: true },
      afterSeconds: 2,
    });
    reporter.on({ type: 'warning', message: 'careful' });
    expect(text.replaceAll(/^18:00:00 /gm, '').split('\n')).toEqual([
      'p run r: 3 to run (3 missing)',
      'start  a/date=d1',
      'a/date=d1 │ hello',
      'ok     a/date=d1 (4.0 s), 1 of 3',
      'start  a/date=d2',
      'a/date=d2 │ half way',
      'failed prices/date=2021-01-29: exit status 3 (2.0 s), 1 of 3',
      'retry  prices/date=2021-01-29 in 2.0 s: engine lost',
      'warning careful',
      '',
    ]);
    expect(text.match(/^18:00:00 /gm)).toHaveLength(9);
  });
});

/** As a reader of `--json` finds it. */
function written(document: object): unknown {
  return JSON.parse([...documentPieces(document)].join(''));
}
