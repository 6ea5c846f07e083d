import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// The ranking once more, straight from the raw files, sharing no line with the pipeline's scripts: whole arrays
// over all days in memory, arithmetic written out.

export interface HandScore {
  readonly symbol: string;
  readonly score: number;
  readonly ratio: number;
  readonly z: number | undefined;
  readonly fails: number | undefined;
  readonly momentum: number | undefined;
}

/** When each half-month's file was out: 14 days after its last day, from midnight. */
const HALVES: readonly { readonly file: string; readonly outOn: string }[] = [
  { file: 'cnsfails202011b.txt', outOn: '2020-12-15' },
  { file: 'cnsfails202012a.txt', outOn: '2020-12-30' },
  { file: 'cnsfails202012b.txt', outOn: '2021-01-15' },
  { file: 'cnsfails202101a.txt', outOn: '2021-01-30' },
];

interface Day {
  readonly date: string;
  readonly short: ReadonlyMap<string, number>;
  readonly total: ReadonlyMap<string, number>;
  readonly close: ReadonlyMap<string, number>;
}

export function readDays(dataFolder: string): readonly Day[] {
  return readdirSync(join(dataFolder, 'finra-cnms'))
    .sort()
    .map((file) => {
      const digits = file.replace(/\D/g, '');
      const volumes = rows(join(dataFolder, 'finra-cnms', file), '|').filter((row) => row.length === 6);
      const bars = rows(join(dataFolder, 'prices', `prices-${digits}.csv`), ',');
      return {
        date: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`,
        short: new Map(volumes.map((row) => [plain(row[1]), Number(row[2])])),
        total: new Map(volumes.map((row) => [plain(row[1]), Number(row[4])])),
        close: new Map(bars.map((row) => [plain(row[1]), Number(row[5])])),
      };
    });
}

/** By symbol without separators: `BRKB`. Only for data in which no two symbols differ by those alone. */
export function scoreByHand(
  days: readonly Day[],
  date: string,
  dataFolder: string,
): ReadonlyMap<string, HandScore> {
  const now = days.findIndex((day) => day.date === date);
  const today = days[now];
  if (today === undefined) throw new Error(`${date} is not a trading day of the data`);
  const fails = failsOn(date, dataFolder);
  const parts = [...today.total.keys()].map((symbol) => {
    const lastFive = days.slice(Math.max(0, now - 4), now + 1);
    const dailyVolume = sum(lastFive.map((day) => day.total.get(symbol) ?? 0)) / lastFive.length;
    return {
      symbol,
      ratio: (today.short.get(symbol) ?? NaN) / (today.total.get(symbol) ?? NaN),
      z: zOf(days, now, symbol),
      fails: fails === undefined ? undefined : (fails.get(symbol) ?? 0) / dailyVolume,
      momentum: momentumOf(days.slice(Math.max(0, now - 19), now + 1), symbol),
    };
  });
  const ratioPoints = points(parts.map((part) => part.ratio));
  const zPoints = points(parts.map((part) => part.z));
  const failsPoints = points(parts.map((part) => part.fails));
  const momentumPoints = points(parts.map((part) => part.momentum));
  return new Map(
    parts.map((part, at) => {
      const weighted = [
        [0.35, ratioPoints[at]],
        [0.25, zPoints[at]],
        [0.2, failsPoints[at]],
        [0.2, momentumPoints[at]],
      ].flatMap(([weight, value]) =>
        weight === undefined || value === undefined ? [] : [{ weight, value }],
      );
      const score =
        sum(weighted.map(({ weight, value }) => weight * value)) / sum(weighted.map(({ weight }) => weight));
      return [part.symbol, { ...part, score }];
    }),
  );
}

function zOf(days: readonly Day[], now: number, symbol: string): number | undefined {
  const ratios: number[] = [];
  for (let at = Math.max(0, now - 19); at <= now; at += 1) {
    const window = days.slice(Math.max(0, at - 4), at + 1);
    ratios.push(
      sum(window.map((day) => day.short.get(symbol) ?? 0)) /
        sum(window.map((day) => day.total.get(symbol) ?? 0)),
    );
  }
  const current = ratios.pop();
  if (current === undefined || ratios.length < 5) return undefined;
  const average = sum(ratios) / ratios.length;
  const variance = sum(ratios.map((ratio) => (ratio - average) * (ratio - average))) / (ratios.length - 1);
  return (current - average) / Math.sqrt(variance);
}

function momentumOf(window: readonly Day[], symbol: string): number | undefined {
  const closes = window.flatMap((day) => day.close.get(symbol) ?? []);
  const [first] = closes;
  const last = window.at(-1)?.close.get(symbol);
  if (first === undefined || last === undefined || closes.length < 2) return undefined;
  return last / first - 1;
}

function failsOn(date: string, dataFolder: string): ReadonlyMap<string, number> | undefined {
  const newest = HALVES.findLast((half) => half.outOn <= date);
  if (newest === undefined) return undefined;
  const records = rows(join(dataFolder, 'sec-ftd', newest.file), '|').filter((row) => row.length === 6);
  const dates = new Set(records.map(([day]) => day)).size;
  const shares = new Map<string, number>();
  for (const row of records) {
    shares.set(plain(row[2]), (shares.get(plain(row[2])) ?? 0) + Number(row[3]) / dates);
  }
  return shares;
}

/** Of each value: the share of the others below it, an equal one counting half, in percent. */
function points(values: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const known = values.filter((value) => value !== undefined);
  return values.map((value) => {
    if (value === undefined) return undefined;
    if (known.length === 1) return 50;
    const below = known.filter((other) => other < value).length;
    const equal = known.filter((other) => other === value).length - 1;
    return (100 * (below + equal / 2)) / (known.length - 1);
  });
}

function rows(file: string, separator: string): readonly string[][] {
  return readFileSync(file, 'latin1')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split(separator));
}

function plain(symbol = ''): string {
  return symbol.replace(/[^A-Za-z0-9]/g, '');
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
