import type { Cause } from '../../../model/cause.ts';
import { isPassing } from './is-passing.ts';

/** What an error of the engine's client tells: an answer with a status, or that there was none. */
export function engineAnswer(error: unknown): {
  readonly status: number | undefined;
  readonly message: string;
} {
  const { statusCode, json, message } = error as {
    statusCode?: unknown;
    json?: { message?: unknown } | null;
    message?: unknown;
  };
  return {
    status: typeof statusCode === 'number' ? statusCode : undefined,
    message: String(json?.message ?? message ?? error).trim(),
  };
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

/** The engine itself did not answer, as against an answer that we did not want. */
export function isEngineAway(error: unknown): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && UNREACHABLE.has(code) && syscall !== 'open' && syscall !== 'scandir';
}

export function engineLost(error: unknown, doing: string): Cause {
  return {
    kind: 'engine-lost',
    message: `the engine went away while ${doing}: ${engineAnswer(error).message}`,
    transient: true,
  };
}

/** For errors of the engine's own, not of a registry. */
export function causeOf(error: unknown, doing: string): Cause {
  if (isEngineAway(error)) return engineLost(error, doing);
  const { status, message } = engineAnswer(error);
  return {
    kind: 'engine-error',
    message: `${doing} failed: ${message}`,
    transient: isPassing(status, message),
  };
}
