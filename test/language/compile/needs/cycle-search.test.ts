import { describe, expect, it } from 'vitest';
import { unlimited } from '../../../../runner/language/budget.ts';
import { cycleNotBackwards, type TimedEdge } from '../../../../runner/language/compile/needs/cycle-search.ts';

const SIZE = 4000;

/** How often the steps of an edge were looked at. */
let looks = 0;

/** Each leads to the next of a shuffled row, so that no order of names helps; the last one back to the first. */
function ring(lastSteps: number): { knot: ReadonlySet<string>; edges: readonly TimedEdge[] } {
  const names = Array.from({ length: SIZE }, (_, at) => `t${String((at * 1237) % SIZE)}`);
  const edges = names.map((from, at) => ({
    from,
    to: names[(at + 1) % SIZE] ?? '',
    get steps() {
      looks += 1;
      return at === SIZE - 1 ? lastSteps : 0;
    },
  }));
  return { knot: new Set(names), edges: edges.toReversed() };
}

describe('a ring of thousands of tasks', () => {
  it.each([
    ['of one time is found', 0, SIZE],
    ['that goes on is found', 1, SIZE],
    ['that goes back is none', -1, 0],
  ])('%s, and soon', (_, lastSteps, length) => {
    const { knot, edges } = ring(lastSteps);
    looks = 0;
    expect(cycleNotBackwards(knot, edges, unlimited) ?? []).toHaveLength(length);
    expect(looks).toBeLessThanOrEqual(4 * SIZE);
  });

  it('that goes back once and on once is found', () => {
    const { knot, edges } = ring(-1);
    const turned = edges.map((edge, at) => (at === 7 ? { ...edge, steps: 1 } : edge));
    expect(cycleNotBackwards(knot, turned, unlimited)).toHaveLength(SIZE);
  });
});

describe('a knot of a few', () => {
  const edge = (from: string, to: string, steps: number): TimedEdge => ({ from, to, steps });
  const search = (...edges: readonly TimedEdge[]) =>
    cycleNotBackwards(new Set(edges.flatMap(({ from, to }) => [from, to])), edges, unlimited)?.map(
      ({ from }) => from,
    );

  it('is told by the way round alone, not by what leads there', () => {
    expect(
      search(edge('a', 'b', 0), edge('b', 'c', 0), edge('c', 'b', 0), edge('c', 'a', -1))?.toSorted(),
    ).toEqual(['b', 'c']);
  });

  it('is none where every way round goes back', () => {
    expect(search(edge('a', 'b', 0), edge('b', 'a', -1), edge('a', 'a', -2))).toBeUndefined();
  });
});
