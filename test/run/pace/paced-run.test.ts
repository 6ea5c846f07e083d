import { describe, expect, it } from 'vitest';
import type { Task } from '../../../runner/model/pipeline.ts';
import type { PlannedInstance } from '../../../runner/model/plan.ts';
import { createPacer, type PaceRules } from '../../../runner/run/pace/pacer.ts';
import type { Script } from '../scripted-engine.ts';
import { createWorld, instance, need, start, task, type World } from '../world.ts';

const dates = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => new Date(Date.UTC(2021, 0, 1 + n)).toISOString().slice(0, 10));

function dated(name: string, date: string, needs: PlannedInstance['needs'] = []): PlannedInstance {
  const end = new Date(Date.parse(date) + 24 * 3600 * 1000).toISOString().slice(0, 10);
  const period = { start: `${date}T00:00:00Z`, end: `${end}T00:00:00Z` };
  return instance(name, `date=${date}`, { period, needs });
}

const fetchAndScore = (count: number): readonly PlannedInstance[] =>
  dates(count).flatMap((date) => [
    dated('fetch', date),
    dated('score', date, [need('fetch', [`p/fetch/date=${date}`])]),
  ]);

const RULES: PaceRules = { order: 'newest', most: 8, canary: 3 };

/** Lets time pass until it ends. */
async function backfill(
  world: World,
  tasks: readonly Task[],
  instances: readonly PlannedInstance[],
  script: Script,
  rules: Partial<PaceRules> = {},
  pools: Readonly<Record<string, number>> = {},
) {
  const all = { ...RULES, ...rules };
  const started = start(world, tasks, instances, script, {
    pacer: createPacer(instances, all),
    concurrency: all.most,
    pools,
  });
  const end = new AbortController();
  const ended = started.report.finally(() => end.abort());
  for (let steps = 0; !end.signal.aborted; steps += 1) {
    if (steps > 3000) throw new Error('Expected an end');
    await world.clock.advance(1);
  }
  const report = await ended;
  return { report, engine: started.engine, notes: notesIn(world) };
}

function notesIn({ events }: World): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'paced' && event.message !== undefined ? [event.message] : [],
  );
}

/** The same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const takes = (world: World, seconds: number) => world.clock.sleep(seconds * 1000);

describe('a source that turns away three of ten requests', () => {
  for (const [name, answer] of [
    ['with 503', { exitCode: 1, stderr: ['curl: (22) The requested URL returned error: 503\n'] }],
    ['with 75', { exitCode: 75, stderr: ['not there\n'] }],
  ] as const) {
    it(`${name}: the pace adapts, and it ends complete`, async () => {
      const world = await createWorld();
      const next = random(7);
      const { report, engine } = await backfill(
        world,
        [task('fetch'), task('score')],
        fetchAndScore(60),
        async ({ instance: id }) => {
          await takes(world, 1);
          return id.startsWith('p/fetch/') && next() < 0.3 ? answer : {};
        },
      );
      expect(report.counts).toEqual({ succeeded: 120 });
      expect(report.exitStatus).toBe(0);
      const notes = notesIn(world);
      expect(
        notes.filter((note) => note.includes('at once from here on, fetch is asked for less')).length,
      ).toBeGreaterThan(0);
      const tries = engine.started.length / 120;
      expect(tries).toBeGreaterThan(1.1);
      expect(tries).toBeLessThan(1.5);
      expect(await world.ledger.openFailures('p')).toEqual([]);
    });
  }
});

describe('a script that is wrong', () => {
  it('is found by the first tries: nothing else is started, and the command says why', async () => {
    const world = await createWorld();
    const { report, engine, notes } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(60),
      ({ instance: id }) =>
        id.startsWith('p/score/') ? { exitCode: 1, stderr: [`KeyError: '${id}'\n`] } : {},
    );
    expect(engine.started).toHaveLength(6);
    expect(report.counts).toEqual({ succeeded: 3, failed: 3, cancelled: 114 });
    expect(report.exitStatus).toBe(1);
    expect(notes.at(-1)).toMatch(
      /^nothing more is started: every first try of score failed, the last with: KeyError/,
    );
    expect(await world.ledger.openFailures('p')).toHaveLength(3);
  });

  it('for one time only is given up after a few tries, while other tasks go on', async () => {
    const world = await createWorld();
    const good = new Set(['2021-01-01', '2021-01-31', '2021-03-01', '2021-01-30']);
    const { report, engine, notes } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(60),
      ({ instance: id }) =>
        id.startsWith('p/score/') && !good.has(id.slice(-10))
          ? { exitCode: 1, stderr: ['no such column\n'] }
          : {},
    );
    expect(report.counts['succeeded']).toBeGreaterThanOrEqual(60);
    expect(report.counts['failed']).toBeLessThanOrEqual(12);
    expect(engine.started.filter((id) => id.startsWith('p/score/')).length).toBeLessThan(20);
    expect(notes).toContain('score rests: one after the other failed with: no such column');
    expect(notes).toContain('score is given up, the last tries failed with: no such column');
  });

  it('ends it where as many failed as are allowed', async () => {
    const world = await createWorld();
    const next = random(3);
    const { report, notes } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(60),
      ({ instance: id }) =>
        next() < 0.3
          ? {
              exitCode: 1,
              stderr: [`bad ${id.replaceAll(/\d/g, 'x')} ${'abcdefghij'[Math.floor(next() * 10)]}\n`],
            }
          : {},
      { maxFailures: 6, canary: 0 },
    );
    expect(notes.at(-1)).toBe('6 instances have failed, as many as --max-failures allows');
    expect(report.counts['failed']).toBeGreaterThanOrEqual(6);
    expect(report.counts['failed']).toBeLessThanOrEqual(14);
    expect(report.outcome).toBe('failed');
  });
});

describe('a failure of its own', () => {
  it('is tried once more when all else is done, and its needers with it', async () => {
    const world = await createWorld();
    const tries = new Map<string, number>();
    const { report, engine } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(10),
      ({ instance: id }) => {
        tries.set(id, (tries.get(id) ?? 0) + 1);
        return id.endsWith('2021-01-04') && id.startsWith('p/fetch/') && tries.get(id) === 1
          ? { exitCode: 1 }
          : {};
      },
    );
    expect(report.counts).toEqual({ succeeded: 20 });
    expect(engine.started.slice(-2)).toEqual(['p/fetch/date=2021-01-04', 'p/score/date=2021-01-04']);
    expect(await world.ledger.openFailures('p')).toEqual([]);
  });

  it('stays where it fails twice, and only what needs it with it', async () => {
    const world = await createWorld();
    const { report } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(10),
      ({ instance: id }) => (id === 'p/fetch/date=2021-01-04' ? { exitCode: 1 } : {}),
    );
    expect(report.counts).toEqual({ succeeded: 18, failed: 1, blocked: 1 });
  });

  it('that is really too early ends as waiting, and is not asked for ever', async () => {
    const world = await createWorld();
    const { report, engine } = await backfill(
      world,
      [task('fetch'), task('score')],
      fetchAndScore(10),
      ({ instance: id }) => (id === 'p/fetch/date=2021-01-10' ? { exitCode: 75 } : {}),
    );
    expect(report.counts).toEqual({ succeeded: 18, waiting: 2 });
    expect(report.exitStatus).toBe(3);
    expect(engine.started.length).toBeLessThanOrEqual(18 + 8);
  });
});

describe('the order of a backfill that runs', () => {
  it('makes the newest dates whole first', async () => {
    const world = await createWorld();
    const { engine } = await backfill(world, [task('fetch'), task('score')], fetchAndScore(4), () => ({}), {
      most: 1,
      canary: 0,
    });
    expect(engine.started.map((id) => `${id.split('/')[1]} ${id.slice(-1)}`)).toEqual([
      'fetch 4',
      'score 4',
      'fetch 3',
      'score 3',
      'fetch 2',
      'score 2',
      'fetch 1',
      'score 1',
    ]);
  });
});

describe('a pool that others use too', () => {
  it('keeps a slot for them, whatever the backfill wants', async () => {
    const world = await createWorld();
    const tasks = [task('fetch', { pools: { db: 1 } }), task('score')];
    let most = 0;
    let now = 0;
    const slots: number[] = [];
    const { report } = await backfill(
      world,
      tasks,
      fetchAndScore(12),
      async ({ instance: id }) => {
        if (!id.startsWith('p/fetch/')) return {};
        now += 1;
        most = Math.max(most, now);
        await takes(world, 1);
        const taken = await world.ledger.takeSlots(
          [{ kind: 'pool', name: 'db', weight: 1, capacity: 3 }],
          'p/other/_',
          '20210201T000000Z-ffffff',
        );
        slots.push(taken.kind === 'taken' ? taken.slots.length : 0);
        if (taken.kind === 'taken') await world.ledger.releaseSlots(taken.slots);
        now -= 1;
        return {};
      },
      { most: 8 },
      { db: 3 },
    );
    expect(report.counts).toEqual({ succeeded: 24 });
    expect(most).toBe(2);
    expect(slots.filter((n) => n === 1).length).toBeGreaterThan(0);
  });
});
