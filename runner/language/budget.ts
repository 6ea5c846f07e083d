/** How long reading a project may take; whoever does much of it asks again and again. */
export interface Budget {
  /** Throws `BudgetSpent` when the time is over. */
  check(): void;
}

export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';
}

export const unlimited: Budget = { check() {} };

/** @param now milliseconds that only grow */
export function createBudget(seconds: number, now: () => number): Budget {
  const end = now() + seconds * 1000;
  return {
    check() {
      if (now() > end) throw new BudgetSpent(`more than ${String(seconds)} s`);
    },
  };
}
