/** How long reading a project may take; every long loop asks again and again. */
export interface Budget {
  /** Throws `BudgetSpent` when the time is over. */
  check(): void;
  /** What is looked at from now on, to follow "while": `pipelines/p.yaml was read`. */
  begin(doing: string): void;
}

export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

export const unlimited: Budget = { check() {}, begin() {} };

/** @param now milliseconds that only grow */
export function createBudget(seconds: number, now: () => number): Budget {
  const end = now() + seconds * 1000;
  let current = '';
  return {
    check() {
      if (now() <= end) return;
      throw new BudgetSpent(
        `more than ${String(seconds)} s${current === '' ? '' : `: it was over while ${current}`}`,
      );
    },
    begin(doing) {
      current = doing;
    },
  };
}
