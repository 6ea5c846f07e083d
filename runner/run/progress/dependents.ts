/** Who waits for whom, as far as it is still open. Nodes are numbers. */
export interface Dependents {
  /** `needer` is held until `needed` is settled. */
  hold(needer: number, needed: number): void;
  /** Those that nothing holds any more, now that this one is settled. */
  release(needed: number): readonly number[];
  isHeld(node: number): boolean;
}

export function createDependents(count: number): Dependents {
  const needers = new Map<number, number[]>();
  const open = new Uint32Array(count);
  return {
    hold(needer, needed) {
      const waiting = needers.get(needed);
      if (waiting === undefined) needers.set(needed, [needer]);
      else waiting.push(needer);
      open[needer] = (open[needer] ?? 0) + 1;
    },
    release(needed) {
      const freed: number[] = [];
      for (const needer of needers.get(needed) ?? []) {
        open[needer] = (open[needer] ?? 0) - 1;
        if (open[needer] === 0) freed.push(needer);
      }
      needers.delete(needed);
      return freed;
    },
    isHeld: (node) => (open[node] ?? 0) > 0,
  };
}
