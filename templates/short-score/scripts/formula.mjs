import { percentileRanks } from './statistics.mjs';

/** What a score is made of, in the order of the columns. The weights add up to 1. */
export const PARTS = [
  { name: 'ratio', weight: 0.35, title: 'short ratio' },
  { name: 'z', weight: 0.25, title: 'z-score' },
  { name: 'fails', weight: 0.2, title: 'fails / volume' },
  { name: 'momentum', weight: 0.2, title: 'momentum' },
];

/**
 * Each part becomes its percentile among all symbols of the day (0 to 100), so that shares, ratios and standard
 * deviations can be added. The score is their weighted mean. A part that is not known for a symbol is left out and
 * the other weights grow in proportion: nobody is ranked down for a missing price.
 * @param {readonly { symbol: string, values: Record<string, number | undefined> }[]} stocks
 */
export function rankStocks(stocks) {
  const percentiles = PARTS.map(({ name }) => percentileRanks(stocks.map((stock) => stock.values[name])));
  const scored = stocks.map((stock, index) => {
    const points = PARTS.map((part, place) => ({ ...part, points: percentiles[place][index] }));
    const known = points.filter((part) => part.points !== undefined);
    const weight = known.reduce((sum, part) => sum + part.weight, 0);
    const score = known.reduce((sum, part) => sum + part.weight * part.points, 0) / weight;
    return { ...stock, score, points: Object.fromEntries(points.map((part) => [part.name, part.points])) };
  });
  // To the decimals that are written: what looks equal is in the order of the alphabet.
  scored.sort(
    (a, b) => Number(b.score.toFixed(4)) - Number(a.score.toFixed(4)) || (a.symbol < b.symbol ? -1 : 1),
  );
  return scored.map((stock, index) => ({ rank: index + 1, ...stock }));
}
