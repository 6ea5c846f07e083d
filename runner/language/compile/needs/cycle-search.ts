import type { Budget } from '../../budget.ts';

export interface TimedEdge {
  readonly from: string;
  readonly to: string;
  /** Steps in time that the need goes forward; negative is earlier. */
  readonly steps: number;
}

interface Numbered<E> {
  readonly edge: E;
  readonly from: number;
  readonly to: number;
}

/**
 * A way round a knot that does not end earlier than it began. One without a step back is looked for first, which
 * costs no more than reading the knot; if there is none, the edges that go not back have an order, and by it the
 * search among all of them is soon at its end.
 */
export function cycleNotBackwards<E extends TimedEdge>(
  knot: ReadonlySet<string>,
  edges: readonly E[],
  budget: Budget,
): readonly E[] | undefined {
  const numbers = new Map([...knot].map((id, at) => [id, at]));
  const numbered = edges.map((edge) => ({
    edge,
    from: numbers.get(edge.from) ?? 0,
    to: numbers.get(edge.to) ?? 0,
  }));
  const plain = walkForwards(
    numbered.filter(({ edge }) => edge.steps >= 0),
    knot.size,
  );
  if (plain.cycle !== undefined) return plain.cycle.map(({ edge }) => edge);
  const rank = new Map(plain.order.map((node, at) => [node, at]));
  const inOrder = numbered.toSorted((a, b) => (rank.get(a.from) ?? 0) - (rank.get(b.from) ?? 0));
  return longestWays(inOrder, knot.size, budget)?.map(({ edge }) => edge);
}

/** Depth first and without recursion: a cycle, or an order in which each stands before what it leads to. */
function walkForwards<E>(
  edges: readonly Numbered<E>[],
  count: number,
): { readonly cycle?: readonly Numbered<E>[]; readonly order: readonly number[] } {
  const leaving = Array.from({ length: count }, (): Numbered<E>[] => []);
  for (const edge of edges) leaving[edge.from]?.push(edge);
  const state = Array.from({ length: count }, (): 'new' | 'open' | 'done' => 'new');
  const done: number[] = [];
  for (const root of leaving.keys()) {
    if (state[root] !== 'new') continue;
    const way: { readonly node: number; readonly by?: Numbered<E>; next: number }[] = [
      { node: root, next: 0 },
    ];
    state[root] = 'open';
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      const edge = leaving[at.node]?.[at.next];
      at.next += 1;
      if (edge === undefined) {
        state[at.node] = 'done';
        done.push(at.node);
        way.pop();
      } else if (state[edge.to] === 'new') {
        state[edge.to] = 'open';
        way.push({ node: edge.to, by: edge, next: 0 });
      } else if (state[edge.to] === 'open') {
        const start = way.findIndex(({ node }) => node === edge.to);
        const round = way.slice(start + 1).flatMap(({ by }) => (by === undefined ? [] : [by]));
        return { cycle: [...round, edge], order: [] };
      }
    }
  }
  return { order: done.reverse() };
}

/**
 * Bellman and Ford's search for a positive cycle. Every edge counts a little more than its steps, so that a way
 * round of no steps at all is positive too, and one of a single step back is not. Such a cycle is found as soon as
 * the edges by which the tasks were reached lead back to where they began.
 */
function longestWays<E extends TimedEdge>(
  edges: readonly Numbered<E>[],
  count: number,
  budget: Budget,
): readonly Numbered<E>[] | undefined {
  const scale = count + 1;
  const reach = Array.from({ length: count }, () => 0);
  const arrivedBy: (Numbered<E> | undefined)[] = Array.from({ length: count }, () => undefined);
  for (let round = 0; round <= count; round += 1) {
    budget.check();
    let grows = false;
    for (const edge of edges) {
      const length = (reach[edge.from] ?? 0) + edge.edge.steps * scale + 1;
      if (length <= (reach[edge.to] ?? 0)) continue;
      reach[edge.to] = length;
      arrivedBy[edge.to] = edge;
      grows = true;
    }
    if (!grows) return undefined;
    const cycle = cycleIn(arrivedBy);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Goes back from each task to where it was reached from, never twice over the same. */
function cycleIn<E>(arrivedBy: readonly (Numbered<E> | undefined)[]): readonly Numbered<E>[] | undefined {
  const walks = new Map<number, number>();
  for (const start of arrivedBy.keys()) {
    let at = start;
    while (!walks.has(at)) {
      walks.set(at, start);
      const edge = arrivedBy[at];
      if (edge === undefined) break;
      at = edge.from;
    }
    if (arrivedBy[at] === undefined || walks.get(at) !== start) continue;
    const cycle: Numbered<E>[] = [];
    const first = at;
    do {
      const edge = arrivedBy[at];
      if (edge === undefined) return undefined;
      cycle.push(edge);
      at = edge.from;
    } while (at !== first);
    return cycle.reverse();
  }
  return undefined;
}
