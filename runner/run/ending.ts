/** How a run came to its end. */
export type Ending =
  | { readonly kind: 'complete' }
  /** Engine or store went out of reach. */
  | { readonly kind: 'halted' }
  | { readonly kind: 'interrupted' };

/** A person's word goes before everything else that has ended it. */
export function endingAfter(before: Ending, next: Ending['kind']): Ending {
  return before.kind === 'interrupted' || next === 'complete' ? before : { kind: next };
}
