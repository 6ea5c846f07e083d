/** What holds where a file says nothing; the reference page shows these. */
export const DEFAULTS = {
  timezone: 'UTC',
  shell: 'sh -e',
  network: 'bridge',
  pull: 'missing',
  failFast: false,
  timeoutMinutes: 360,
  continueOnError: false,
  lookbackDays: 7,
  rebuild: 'missing,failed',
  pids: 512,
  store: '.sluice/store',
  concurrency: 4,
  /** Without `retry`, only transient trouble is tried again: engine, store, pull. */
  retry: { maxAttempts: 3, backoffSeconds: 10, factor: 2, maxBackoffSeconds: 300, jitter: true },
} as const;
