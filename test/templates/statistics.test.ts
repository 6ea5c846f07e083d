import { describe, expect, it } from 'vitest';
import { rankStocks } from '../../templates/short-score/scripts/formula.mjs';
import { percentileRanks, zScore } from '../../templates/short-score/scripts/statistics.mjs';
import { fixed } from '../../templates/short-score/scripts/table.mjs';

describe('statistics', () => {
  it('gives percentiles from 0 to 100, equal values the middle of their places, unknown ones none', () => {
    expect(percentileRanks([3, 1, 2])).toEqual([100, 0, 50]);
    expect(percentileRanks([5, 1, 5, undefined, 9])).toEqual([50, 0, 50, undefined, 100]);
    expect(percentileRanks([7])).toEqual([50]);
    expect(percentileRanks([0, 0, 0])).toEqual([50, 50, 50]);
  });

  it('gives a z-score only with history enough that moved', () => {
    expect(zScore(5, [1, 2, 3, 4, 5], 5)).toBeCloseTo(2 / Math.sqrt(2.5), 12);
    expect(zScore(5, [1, 2, 3, 4], 5)).toBeUndefined();
    expect(zScore(5, [3, 3, 3, 3, 3], 5)).toBeUndefined();
  });

  it('never writes minus zero', () => {
    expect(fixed(-0.0000001, 4)).toBe('0.0000');
    expect(fixed(undefined, 4)).toBeUndefined();
  });

  it('ranks nobody down for a part that is not known', () => {
    const [first, second] = rankStocks([
      { symbol: 'FULL', values: { ratio: 0.4, z: 1, fails: 0, momentum: 0.1 } },
      { symbol: 'BARE', values: { ratio: 0.5, z: undefined, fails: undefined, momentum: undefined } },
    ]);
    // BARE has only its ratio, the higher of two; FULL has three parts alone in their column.
    expect(first).toMatchObject({ rank: 1, symbol: 'BARE', score: 100 });
    expect(second).toMatchObject({ rank: 2, symbol: 'FULL' });
    expect(second?.score).toBeCloseTo(0.25 * 50 + 0.2 * 50 + 0.2 * 50, 9);
  });

  it('orders equal scores by the alphabet', () => {
    const equal = ['B', 'C', 'A'].map((symbol) => ({ symbol, values: { ratio: 0.5 } }));
    expect(rankStocks(equal).map((stock) => stock.symbol)).toEqual(['A', 'B', 'C']);
  });
});
