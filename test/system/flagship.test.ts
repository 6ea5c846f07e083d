import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNodeImage } from '../../templates/demo/image.mjs';
import { isThorough } from '../parts/thorough.ts';
import { dataFolder, templates } from '../templates/data.ts';
import { readDays, scoreByHand } from './by-hand.ts';
import { sluice, sluiceJson, type RunDocument } from './cli.ts';
import { startPublishers, type Publishers } from './publishers.ts';

/**
 * Long enough that the longest window is full, a year ends, a month is over, and prices come late; the thorough one is all
 * that there is. Of half-months the first is only needed.
 */
const ALL = isThorough
  ? { lastDay: '2021-02-12', days: 51, halfMonths: 5, months: ['2020-12.csv', '2021-01.csv'] }
  : { lastDay: '2021-01-05', days: 24, halfMonths: 3, months: ['2020-12.csv'] };
const ALL_DAYS = `2020-12-01..${ALL.lastDay}`;
const ALL_INSTANCES = ALL.days * 8 + ALL.halfMonths * 2 + ALL.months.length;

const FIRST_DAYS = '2020-12-01..2020-12-10';
const CUT_DAY = '2020-12-03';
const CUT_FILE = 'CNMSshvol20201203.txt';

let publishers: Publishers;
let project: string;

beforeAll(async () => {
  publishers = await startPublishers(dataFolder);
  project = await layOutProject();
}, 120_000);

afterAll(async () => {
  await publishers[Symbol.asyncDispose]();
  await rm(project, { recursive: true, force: true });
});

describe('the flagship pipeline', () => {
  it('checks without a mistake, and with no warning', async () => {
    const result = await sluice(project, ['check']);
    const codes = [...result.stderr.matchAll(/^(?:warning|error)\[([\w-]+)\]/gm)].map(([, code]) => code);
    expect(codes).toEqual([]);
    expect(result.status).toBe(0);
  });

  it(`runs ${ALL.days} days through containers`, { timeout: 600_000 }, async () => {
    const started = Date.now();
    const { status, document } = await run(ALL_DAYS);
    expect(unexpected(document)).toEqual([]);
    expect(status).toBe(0);
    expect(document.outcome).toBe('succeeded');
    expect(document.counts).toEqual({ succeeded: ALL_INSTANCES });
    const seconds = (Date.now() - started) / 1000;
    console.log(`${ALL_INSTANCES} containers in ${seconds.toFixed(0)} s`);
    // Each file once: the days of two publishers, the half-months of the third.
    expect(publishers.served).toHaveLength(ALL.days * 2 + ALL.halfMonths);
    expect(new Set(publishers.served).size).toBe(ALL.days * 2 + ALL.halfMonths);
  });

  const days = readDays(dataFolder);
  const LATER: readonly (readonly [string, string])[] = isThorough
    ? [
        ['2021-01-29', 'a month more'],
        ['2021-02-12', 'the last day'],
      ]
    : [];
  it.each<readonly [string, string]>([
    ['2020-12-01', 'first day: no history, no fails, no momentum'],
    ['2020-12-08', 'the sixth: history just enough for a z-score'],
    ['2020-12-14', 'the last one before any fails were out'],
    ['2020-12-15', 'the first one with fails'],
    ['2020-12-30', 'windows full'],
    ['2020-12-31', 'eight symbols without prices'],
    ['2021-01-05', 'their second day with prices'],
    ...LATER,
  ])('ranks %s as a calculation by hand does (%s)', async (date) => {
    const byHand = scoreByHand(days, date, dataFolder);
    const rows = readTable(await published(`rankings/${date}.csv`));
    expect(rows).toHaveLength(byHand.size);
    for (const [at, row] of rows.entries()) {
      const hand = byHand.get((row['symbol'] ?? '').replace('.', ''));
      expect(Number(row['rank'])).toBe(at + 1);
      expect(Number(row['score'])).toBeCloseTo(hand?.score ?? NaN, 3);
      expect(Math.abs(difference(row['ratio'], hand?.ratio))).toBeLessThan(2e-6);
      // The tables between have eight decimals; a z-score divides by small deviations.
      expect(Math.abs(difference(row['z'], hand?.z))).toBeLessThan(1e-4);
      expect(Math.abs(difference(row['fails'], hand?.fails))).toBeLessThan(2e-6);
      expect(Math.abs(difference(row['momentum'], hand?.momentum))).toBeLessThan(2e-6);
    }
    const scores = rows.map((row) => Number(row['score']));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('publishes a report a day, each month that is over, and the newest rows', async () => {
    expect(await readdir(join(storeOf(), 'published/reports'))).toHaveLength(ALL.days + 1);
    expect(await readdir(join(storeOf(), 'published/months'))).toEqual(ALL.months);
    expect(readTable(await published('reports/latest.csv'))[0]?.['date']).toBe(ALL.lastDay);
    expect(await published('reports/2020-12-01.html')).toContain(
      'No price for 8 symbols, ranked by the other parts: AMC, BBBY, GME, KOSS, NAKD, NOK, SPXS, SPY',
    );
    expect(await published('reports/2021-01-05.html')).not.toContain('No price for');
    const december = readTable(await published('months/2020-12.csv'));
    expect(december).toHaveLength(512);
    expect(december[0]?.['days']).toBe('22');
  });

  it('does nothing the second time', async () => {
    const before = publishers.served.length;
    const { status, document } = await run(ALL_DAYS);
    expect(status).toBe(0);
    // A month that is over is asked for whole; its half-month upstream is not asked for again.
    expect(document.counts).toEqual({ done: expect.any(Number) as number });
    expect(publishers.served).toHaveLength(before);
  });
});

describe('a source that breaks in the middle', () => {
  const store = '.sluice/second';

  it('fails in words, blocks what needs it, and nothing else', { timeout: 300_000 }, async () => {
    // At the end of a line: what is left looks like a file.
    publishers.spoil(CUT_FILE, (content) =>
      content.subarray(0, content.lastIndexOf('\n', content.length - 300) + 1),
    );
    const { status, document, stderr } = await run(FIRST_DAYS, '--store', store);
    expect(status).toBe(1);
    expect(document.outcome).toBe('failed');

    const failed = document.instances.filter((instance) => instance.state === 'failed');
    expect(failed.map((instance) => instance.id)).toEqual([`short-score/short-volume/date=${CUT_DAY}`]);
    expect(failed[0]?.exitCode).toBe(1);
    expect(stderr).toContain(`${CUT_FILE} of ${CUT_DAY}: it is truncated`);
    expect(stderr).toContain('must be the number of rows');

    const blocked = new Set(document.instances.flatMap(({ id, state }) => (state === 'blocked' ? [id] : [])));
    const onAndAfter = days(document, 'score').filter((date) => date >= CUT_DAY);
    expect(onAndAfter).toHaveLength(6);
    expect([...blocked].sort()).toEqual(
      [
        `short-score/daily/date=${CUT_DAY}`,
        // A window of five trading days: until 9 December.
        ...onAndAfter.slice(0, 5).map((date) => `short-score/ratio/date=${date}`),
        ...['momentum', 'z-score', 'score', 'report'].flatMap((task) =>
          onAndAfter.map((date) => `short-score/${task}/date=${date}`),
        ),
      ].sort(),
    );
    expect(document.instances.filter(({ state }) => state !== 'blocked' && state !== 'failed')).toSatisfy(
      (rest: RunDocument['instances']) => rest.every(({ state }) => state === 'succeeded'),
    );
    expect(await readdir(join(storeOf(store), 'published/rankings'))).toHaveLength(2);
  });

  it('once repaired, only what is missing runs', { timeout: 300_000 }, async () => {
    publishers.spoil(CUT_FILE, undefined);
    const before = publishers.served.length;
    const { status, document } = await run(FIRST_DAYS, '--store', store);
    expect(status).toBe(0);
    expect(document.counts['succeeded']).toBe(1 + 1 + 5 + 4 * 6);
    expect(publishers.served.slice(before).map((path) => path.split('/').at(-1))).toEqual([CUT_FILE]);
  });

  it('and everything is as if it had never broken, byte for byte', async () => {
    for (const file of await readdir(join(storeOf(store), 'published/rankings'))) {
      expect(await published(`rankings/${file}`, store)).toBe(await published(`rankings/${file}`));
    }
    for (const file of await readdir(join(storeOf(store), 'published/reports'))) {
      if (file === 'latest.csv') continue;
      expect(await published(`reports/${file}`, store)).toBe(await published(`reports/${file}`));
    }
  });
});

function run(dates: string, ...more: readonly string[]) {
  return sluiceJson(project, ['run', 'short-score', '--date', dates, ...publishers.flags, ...more]);
}

/** A copy, as a user would have it; only the base image is this machine's. */
async function layOutProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-flagship-'));
  await cp(join(templates, 'short-score'), folder, { recursive: true });
  const image = await ensureNodeImage({ say: () => undefined });
  const dockerfile = join(folder, 'image/Dockerfile');
  const text = await readFile(dockerfile, 'utf8');
  await writeFile(dockerfile, text.replace(/^ARG BASE=.*$/m, `ARG BASE=${image}`));
  return folder;
}

function unexpected(document: RunDocument) {
  return document.instances.filter((instance) => instance.state !== 'succeeded').slice(0, 5);
}

function days(document: RunDocument, task: string): readonly string[] {
  return document.instances
    .filter(({ id }) => id.startsWith(`short-score/${task}/`))
    .map(({ id }) => id.slice(-'2020-12-01'.length))
    .sort();
}

function storeOf(store = '.sluice/store'): string {
  return join(project, store);
}

function published(path: string, store?: string): Promise<string> {
  return readFile(join(storeOf(store), 'published', path), 'utf8');
}

function readTable(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((field, at) => [names[at] ?? '', field])),
  );
}

/** Of what is written and what was calculated; infinite where only one of them is there. */
function difference(written: string | undefined, byHand: number | undefined): number {
  if (written === '' || byHand === undefined) return written === '' && byHand === undefined ? 0 : Infinity;
  return Number(written) - byHand;
}
