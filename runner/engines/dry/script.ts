import type { Cause } from '../../model/cause.ts';
import { compileGlob } from '../../model/glob.ts';
import type { Job } from '../../model/job.ts';

/** What one attempt does. Left out: at once, exit 0, something in every declared output and value. */
export interface DryScript {
  readonly seconds?: number;
  readonly exitCode?: number;
  /** Overrides what the exit status alone would give. */
  readonly cause?: Cause;
  readonly log?: readonly { readonly stream?: 'stdout' | 'stderr'; readonly text: string }[];
  /** Files in /outputs, by path. */
  readonly outputs?: Readonly<Record<string, string | Uint8Array>>;
  readonly values?: Readonly<Record<string, string>>;
}

/**
 * By instance or glob over instances; the first that matches counts. Of a list each attempt of an instance takes
 * the next one, and the last for ever.
 */
export type DryScripts = Readonly<Record<string, DryScript | readonly DryScript[]>>;

export function createScripts(scripts: DryScripts): (job: Job) => DryScript {
  const matchers = Object.entries(scripts).map(([pattern, script]) => ({
    matches: compileGlob(pattern),
    pattern,
    list: isList(script) ? script : [script],
  }));
  const attempts = new Map<string, number>();
  return ({ instance }) => {
    const nth = attempts.get(instance) ?? 0;
    attempts.set(instance, nth + 1);
    const found = matchers.find(({ matches, pattern }) => pattern === instance || matches(instance));
    return found?.list[Math.min(nth, found.list.length - 1)] ?? {};
  };
}

function isList(script: DryScript | readonly DryScript[]): script is readonly DryScript[] {
  return Array.isArray(script);
}
