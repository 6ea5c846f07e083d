/** A binary heap: the item that comes `before` all others is taken first. */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  /** The first of two places whose item comes first; a place beyond the end never does. */
  const first = (a: number, b: number): number => {
    const itemA = items[a];
    const itemB = items[b];
    if (itemB === undefined) return a;
    return itemA === undefined || before(itemB, itemA) ? b : a;
  };
  const swap = (a: number, b: number): void => {
    const itemA = items[a];
    const itemB = items[b];
    if (itemA === undefined || itemB === undefined) return;
    items[a] = itemB;
    items[b] = itemA;
  };

  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    push(item) {
      items.push(item);
      let place = items.length - 1;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (first(parent, place) === parent) break;
        swap(parent, place);
        place = parent;
      }
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return top;
      items[0] = last;
      let place = 0;
      for (;;) {
        const child = first(2 * place + 1, 2 * place + 2);
        if (first(place, child) === place) return top;
        swap(place, child);
        place = child;
      }
    },
  };
}
