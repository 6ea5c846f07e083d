/** A run's id, `YYYYMMDDTHHMMSSZ-<6 hex>`: sorts in time order. `random` gives so many bytes as hexadecimal digits. */
export function runId(now: number, random: (bytes: number) => string): string {
  return `${runTime(now)}-${random(3)}`;
}

/** The part of a run's id that tells when it started; the ids of later runs sort after it. */
export function runTime(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Of a run's id; orders runs by when they started, whatever machines they ran on. */
export function startOfRun(run: string): string {
  return run.slice(0, run.indexOf('-'));
}

/** `n` counts from 1. */
export function attemptId(run: string, n: number): string {
  return `${run}-${n}`;
}

export function runOfAttempt(attempt: string): string {
  return attempt.slice(0, attempt.lastIndexOf('-'));
}

export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(text);
}

export function isAttemptId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}-\d{1,9}$/.test(text);
}
