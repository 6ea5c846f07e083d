/** Why an instance is or is not run. */
export const STATES = [
  'done',
  'missing',
  'stale',
  'failed',
  'waiting',
  'blocked',
  'skipped',
  'lost',
  'not-in-range',
  'running',
  'unpublished',
  'unknown',
] as const;
export type State = (typeof STATES)[number];

/** How an instance stands in a run's report: `succeeded` ran now, `done` was there before. */
export type ReportState = State | 'succeeded' | 'unchanged' | 'cancelled';

export type Outcome = 'succeeded' | 'failed' | 'incomplete' | 'cancelled';
