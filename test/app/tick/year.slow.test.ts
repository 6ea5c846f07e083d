import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { wakesOf } from '../../../runner/calendar/cron.ts';
import { momentAt } from '../../../runner/calendar/moment.ts';
import type { Moment } from '../../../runner/model/time.ts';
import { createTickWorld } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONE = 'America/New_York';

/** Ten sources, each due at its own time, and what is made of them. */
interface Source {
  readonly name: string;
  readonly due: Moment;
  readonly written: string;
}
const SOURCES: readonly Source[] = [
  ['early', { at: '06:00' }, "'06:00'"],
  ['noon', { at: '12:15' }, "'12:15'"],
  ['skipped', { at: '02:30' }, "'02:30'"],
  ['close', { at: '16:30' }, "'16:30'"],
  ['evening', { at: '21:45' }, "'21:45'"],
  ['next', { days: 1, at: '09:30' }, "{ days: 1, at: '09:30' }"],
  ['two', { days: 2 }, '{ days: 2 }'],
  ['hours', { hours: 5 }, '{ hours: 5 }'],
  ['india', { at: '18:00', timezone: 'Asia/Kolkata' }, "{ at: '18:00', timezone: Asia/Kolkata }"],
  ['tokyo', { at: '15:00', timezone: 'Asia/Tokyo' }, "{ at: '15:00', timezone: Asia/Tokyo }"],
].map(([name, due, written]) => ({ name, due, written }) as Source);

const DEADLINE_HOURS = 30;

function files(start: string): Readonly<Record<string, string>> {
  const head = `timezone: ${ZONE}\nparams: { date: { type: date, start: ${start} } }\ntasks:\n`;
  const source = ({ name, written }: Source): string =>
    `  ${name}: { image: alpine, run: get, due: ${written}, deadline: { days: 4 }, outputs: [a.csv] }\n`;
  const all = SOURCES.map(({ name }) => name).join(', ');
  return {
    'pipelines/p.yaml': `${head}${SOURCES.map(source).join('')}  sum: { needs: [${all}], image: alpine, run: sum, outputs: [a.csv] }\n`,
  };
}

/** In [0, 1), the same for the same words: what the world does must not depend on who asks first. */
function chance(...words: readonly (string | number)[]): number {
  let hash = 2_166_136_261;
  for (const unit of words.join('/')) hash = Math.imul(hash ^ unit.charCodeAt(0), 16_777_619);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

interface Lived {
  readonly succeeded: ReadonlyMap<string, number>;
  readonly early: readonly string[];
  readonly told: readonly string[];
  readonly expectedTold: readonly string[];
  readonly expected: readonly string[];
}

async function live(seed: number, days: number, cron: string, lostPart: number): Promise<Lived> {
  const startMs = Date.parse('2021-01-01T05:00:00Z');
  const dates = Array.from({ length: days }, (_, day) =>
    new Date(startMs + day * DAY_MS).toISOString().slice(0, 10),
  );
  const key = { name: 'date', type: 'date', timezone: ZONE } as const;
  const dueOf = ({ due }: Source, date: string): number => Date.parse(momentAt(due, key, date));
  /** Mostly within hours, sometimes after days: then its deadline has passed. */
  const thereAt = (source: Source, date: string): number => {
    const luck = chance(seed, source.name, date);
    const late = luck < 0.02 ? 96 + luck * 2400 : luck < 0.1 ? DEADLINE_HOURS : luck * 3;
    return dueOf(source, date) + late * HOUR_MS;
  };
  /** A day in which a source answers only with errors. */
  const isOut = (name: string, nowMs: number): boolean =>
    chance(seed, 'out', name, Math.floor(nowMs / DAY_MS)) < 0.01;
  const succeeded = new Map<string, number>();
  const early: string[] = [];
  const world = await createTickWorld(
    new Date(startMs).toISOString(),
    files(dates[0] ?? ''),
    (job, nowMs) => {
      const [, task = '', date = ''] = /^p\/(\w+)\/date=(.*)$/.exec(job.instance) ?? [];
      const source = SOURCES.find(({ name }) => name === task);
      if (source !== undefined) {
        if (nowMs < dueOf(source, date)) early.push(`${job.instance} at ${new Date(nowMs).toISOString()}`);
        if (isOut(task, nowMs)) return { exitCode: 1 };
        if (nowMs < thereAt(source, date)) return { exitCode: 75 };
      }
      succeeded.set(job.instance, (succeeded.get(job.instance) ?? 0) + 1);
      return { files: { 'a.csv': job.instance } };
    },
  );
  // What was due before the first tick there ever was is nobody's but a backfill's.
  await world.tick();
  const wakes = wakesOf(cron, ZONE);
  const endMs = startMs + (days + 14) * DAY_MS;
  for (let at = wakes.next(startMs); at !== undefined && at < endMs; at = wakes.next(at)) {
    await world.clock.advance((at - world.clock.now()) / 1000);
    // A machine that was off for days, and triggers that simply did not come.
    if (chance(seed, 'off', Math.floor(at / (5 * DAY_MS))) < 0.05) continue;
    if (chance(seed, 'lost', at) < lostPart) continue;
    await world.tick();
  }
  // Until whatever was left alone for a day has had its turn.
  for (let turn = 0; turn < 4; turn += 1) {
    await world.clock.advance(DAY_MS / 1000 + 60);
    await world.tick();
  }
  const last = dates.at(-1) ?? '';
  const ids = [...SOURCES.map(({ name }) => name), 'sum'].flatMap((task) =>
    dates.map((date) => `p/${task}/date=${date}`),
  );
  const told = world.events.flatMap((event) => (event.type === 'deadline-passed' ? [event.id] : []));
  // Those of the days after the last that is looked at too: time goes on.
  const all = Array.from({ length: days + 20 }, (_, day) =>
    new Date(startMs + day * DAY_MS).toISOString().slice(0, 10),
  );
  const expectedTold = SOURCES.flatMap((source) =>
    all.flatMap((date) =>
      thereAt(source, date) > Date.parse(momentAt({ days: 4 }, key, date))
        ? [`p/${source.name}/date=${date}`]
        : [],
    ),
  );
  return { succeeded, early, told, expectedTold, expected: ids.filter((id) => id.slice(-10) <= last) };
}

function check({ succeeded, early, expected, told, expectedTold }: Lived): void {
  expect(early).toEqual([]);
  expect(expected.filter((id) => succeeded.get(id) !== 1)).toEqual([]);
  // Told once, and each that came so late that somebody woke meanwhile.
  expect(new Set(told).size).toBe(told.length);
  expect(told.filter((id) => !id.includes('/sum/') && !expectedTold.includes(id))).toEqual([]);
}

it('lives through a year: all is done at its end, nothing twice, nothing before its time', async () => {
  const lived = await live(1, 365, '0 22 * * *', 0.1);
  check(lived);
  expect(lived.told.length).toBeGreaterThan(10);
});

it('lives through any three weeks, however its triggers come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 1_000_000 }),
      fc.constantFrom('0 */6 * * *', '30 2 * * *', '0 9,21 * * 1-5', '0 12 * * *'),
      fc.constantFrom(0, 0.3, 0.7),
      async (seed, cron, lost) => {
        const lived = await live(seed, 21, cron, lost);
        check(lived);
        expect(lived.succeeded.size).toBeGreaterThan(0);
      },
    ),
    { numRuns: 3 },
  );
});
