import { describe, expect, it } from 'vitest';
import { EngineError, ProblemsError } from '../../../runner/errors.ts';
import { quiet } from '../../run/fake-clock.ts';
import { createTickWorld, statusOf, told } from './world.ts';

const PRICES = `
params: { date: { type: date, start: 2021-01-01 } }
tasks:
  prices: { params: [date], image: alpine, run: make, due: '18:00', outputs: [a.csv] }
`;
const project = (text = PRICES) => ({ 'pipelines/p.yaml': text });
const dates = (tick: Parameters<typeof told>[0]) =>
  told(tick).map((line) => line.replace('prices/date=2021-', ''));

describe('a tick', () => {
  it('runs what has become due within a week, newest first, and nothing before its time', async () => {
    const world = await createTickWorld('2021-01-29T17:59:59Z', project());
    await world.tick();
    expect(world.started).toEqual(
      ['28', '27', '26', '25', '24', '23', '22'].map((day) => `p/prices/date=2021-01-${day}`),
    );
    world.at('2021-01-29T18:00:00Z');
    const tick = await world.tick();
    expect(world.started.slice(7)).toEqual(['p/prices/date=2021-01-29']);
    expect(dates(tick)[0]).toBe('01-29 succeeded');
  });

  it('with nothing to do asks no engine and leaves no run', async () => {
    const world = await createTickWorld('2021-01-29T18:00:00Z', project());
    await world.tick();
    const before = {
      engines: world.engines.length,
      runs: (await world.ledger.listRuns({ limit: 9 })).length,
    };
    world.at('2021-01-29T19:00:00Z');
    const tick = await world.tick();
    expect(told(tick)).toHaveLength(7);
    expect(statusOf(tick)).toBe(0);
    expect(tick.pipelines[0]?.parts[0]?.report).not.toHaveProperty('run');
    expect({
      engines: world.engines.length,
      runs: (await world.ledger.listRuns({ limit: 9 })).length,
    }).toEqual(before);
  });

  it('makes up for three weeks without one', async () => {
    const world = await createTickWorld('2021-01-08T18:00:00Z', project());
    await world.tick();
    world.at('2021-01-29T18:00:00Z');
    const tick = await world.tick();
    expect(dates(tick).filter((line) => line.endsWith('succeeded'))).toHaveLength(21);
    expect((await world.ledger.readTick('p'))?.at).toBe('2021-01-29T18:00:00.000Z');
  });

  it('says that it comes late by its schedule', async () => {
    const text = `on: { schedule: [{ cron: '0 19 * * *' }] }\n${PRICES}`;
    const world = await createTickWorld('2021-01-08T20:00:00Z', project(text));
    await world.tick();
    world.at('2021-01-10T08:00:00Z');
    expect((await world.tick()).pipelines[0]?.warnings).toEqual([
      expect.stringContaining(
        'this tick comes late: its schedule was to wake 2021-01-09 19:00 UTC, 13 h ago',
      ),
    ]);
  });

  it('that is only to say what it would do does nothing', async () => {
    const world = await createTickWorld('2021-01-29T18:00:00Z', project());
    const tick = await world.tick({ dryRun: true });
    expect(dates(tick)[0]).toBe('01-29 missing');
    expect(world.started).toEqual([]);
    expect(await world.ledger.readTick('p')).toBeUndefined();
  });

  it('answers as of another moment, which says nothing of the next', async () => {
    const world = await createTickWorld('2021-01-29T18:00:00Z', project());
    await world.tick({ now: '2021-01-05T18:00:00Z' });
    expect(world.started).toHaveLength(5);
    expect(world.started[0]).toBe('p/prices/date=2021-01-05');
    expect(await world.ledger.readTick('p')).toBeUndefined();
  });

  it('runs each once where two come at once, and waits for neither', async () => {
    let started = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const world = await createTickWorld('2021-01-29T18:00:00Z', project(), async () => {
      started += 1;
      if (started <= 4) await gate;
      return {};
    });
    const first = world.tick();
    await quiet();
    // The first has four in hand: the second does the rest, and ends with the first still at it.
    const second = await Promise.race([world.tick().finally(open), first]);
    expect(statusOf(second)).toBe(0);
    expect(told(second).filter((line) => line.endsWith('running'))).toHaveLength(4);
    expect(statusOf(await first)).toBe(0);
    expect(world.started).toHaveLength(7);
    expect(new Set(world.started).size).toBe(7);
  });
});

describe('what failed', () => {
  it('is tried again after an hour, four hours, then daily, and closed by success', async () => {
    let fails = true;
    const world = await createTickWorld('2021-01-02T18:00:00Z', project(), (job) =>
      fails && job.instance.endsWith('01-02') ? { exitCode: 1 } : {},
    );
    const tries: string[] = [];
    for (let minute = 0; minute < 4 * 24 * 60; minute += 30) {
      const before = world.started.filter((id) => id.endsWith('01-02')).length;
      const tick = await world.tick();
      if (world.started.filter((id) => id.endsWith('01-02')).length > before)
        tries.push(new Date(world.clock.now()).toISOString().slice(8, 16));
      expect(statusOf(tick)).toBe(1);
      await world.clock.advance(1800);
    }
    expect(tries).toEqual(['02T18:00', '02T19:00', '02T23:00', '03T23:00', '04T23:00', '05T23:00']);
    fails = false;
    world.at('2021-01-06T23:00:00Z');
    expect(statusOf(await world.tick())).toBe(0);
  });

  it('is tried at once when its script is mended, also long after its week', async () => {
    const world = await createTickWorld('2021-01-02T18:00:00Z', project(), (job) =>
      job.instance.endsWith('01-02') && !JSON.stringify(job).includes('mended') ? { exitCode: 1 } : {},
    );
    for (let day = 0; day < 20; day += 1) {
      await world.tick();
      await world.clock.advance(86_400);
    }
    const before = world.started.filter((id) => id.endsWith('01-02')).length;
    await world.tick();
    await world.clock.advance(60);
    world.write(project(PRICES.replace('run: make', 'run: mended')));
    expect(statusOf(await world.tick())).toBe(0);
    expect(world.started.filter((id) => id.endsWith('01-02')).length).toBe(before + 1 + 1);
    expect(await world.ledger.openFailures('p')).toEqual([]);
  });
});

describe('what waits', () => {
  it('is asked again by ticks, more seldom the longer it has waited, and holds up only what needs it', async () => {
    const text = `${PRICES}
  report: { needs: [prices], image: alpine, run: make, outputs: [b.csv] }
`;
    let isThere = false;
    const world = await createTickWorld('2021-01-01T18:00:00Z', project(text), (job) =>
      job.instance.includes('/prices/') && !isThere ? { exitCode: 75 } : { files: { 'a.csv': 'x' } },
    );
    const asks: number[] = [];
    for (let minute = 0; minute <= 240; minute += 1) {
      const before = world.started.length;
      const tick = await world.tick();
      if (world.started.length > before) asks.push(minute);
      expect(statusOf(tick)).toBe(0);
      expect(dates(tick)).toEqual(['01-01 waiting', 'report/date=2021-01-01 waiting']);
      await world.clock.advance(60);
    }
    expect(asks.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]);
    expect(asks.length).toBeLessThan(45);
    isThere = true;
    await world.clock.advance(1800);
    expect(told(await world.tick())).toEqual([
      'prices/date=2021-01-01 succeeded',
      'report/date=2021-01-01 succeeded',
    ]);
  });
});

describe('one of several pipelines', () => {
  const two = {
    ...project(),
    'pipelines/q.yaml': PRICES.replaceAll('image: alpine', 'image: alpine, secrets: [NOT_SET]'),
  };

  it('that can not be run stops no other', async () => {
    const world = await createTickWorld('2021-01-29T18:00:00Z', two);
    const tick = await world.tick();
    expect(tick.pipelines.map(({ pipeline }) => pipeline)).toEqual(['p']);
    expect(tick.faults).toMatchObject([{ pipeline: 'q', error: expect.any(ProblemsError) }]);
    expect(world.started).toHaveLength(7);
    expect(await world.ledger.readTick('q')).toBeUndefined();
  });

  it('without an engine waits for the next tick, which asks for as much', async () => {
    const world = await createTickWorld('2021-01-29T18:00:00Z', project());
    const away = () => Promise.reject(new EngineError('engine-unreachable', 'no engine'));
    const tick = await world.tick({ engine: away });
    expect(tick.faults).toMatchObject([{ pipeline: 'p', error: expect.any(EngineError) }]);
    expect(await world.ledger.readTick('p')).toBeUndefined();
    await world.tick();
    expect(world.started).toHaveLength(7);
  });
});

describe('a schedule that makes something anew', () => {
  const text = `
on:
  schedule:
    - cron: '*/30 * * * *'
    - { cron: '0 7 * * 6', tasks: [prices], lookback-days: 3, rebuild: all }
${PRICES}`;

  it('does so once a wake, and goes on where it was interrupted', async () => {
    // 2021-01-30 is a Saturday.
    const world = await createTickWorld('2021-01-29T18:00:00Z', project(text));
    await world.tick();
    world.at('2021-01-30T06:59:00Z');
    await world.tick();
    expect(world.started).toHaveLength(7);
    world.at('2021-01-30T07:30:00Z');
    await world.tick();
    expect(world.started.slice(7)).toEqual(['29', '28', '27'].map((day) => `p/prices/date=2021-01-${day}`));
    world.at('2021-01-30T08:00:00Z');
    await world.tick();
    expect(world.started).toHaveLength(10);
  });
});
