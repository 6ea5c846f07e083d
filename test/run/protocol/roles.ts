import type { Run } from './run.ts';

/** Who acts. */
export type Role =
  | ({ readonly kind: 'run' } & Run)
  /** A run that was killed between its last upload and its commit. */
  | { readonly kind: 'litter' }
  | { readonly kind: 'gc' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'read' }
  | { readonly kind: 'read-published' }
  | { readonly kind: 'plan' };

export interface Scenario {
  readonly instances: 1 | 2;
  /** These act first, one after the other, undisturbed; then time passes, longer than gc's grace. */
  readonly before: readonly Role[];
  readonly roles: readonly Role[];
}

export const make: Role = { kind: 'run', fate: 'good', rebuild: false };
export const rebuild: Role = { kind: 'run', fate: 'good', rebuild: true };
export const skip: Role = { kind: 'run', fate: 'no-data', rebuild: true };
export const fail: Role = { kind: 'run', fate: 'fails', rebuild: true };
export const litter: Role = { kind: 'litter' };
export const gc: Role = { kind: 'gc' };
export const clear: Role = { kind: 'clear' };
export const read: Role = { kind: 'read' };
export const readPublished: Role = { kind: 'read-published' };
export const plan: Role = { kind: 'plan' };
