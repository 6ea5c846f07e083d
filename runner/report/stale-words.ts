import type { LeftStale } from '../model/plan.ts';
import { formatCount } from './words.ts';

const REASONS = 3;

/** `nothing was made with top=20`, `at least 3 done results are stale (script changed)`. */
export function staleWords({ instances, atLeast, reasons, unused }: LeftStale): string {
  const count = instances.length;
  if (unused.length > 0) return `nothing was made with ${unused.join(', ')}`;
  const more = reasons.length > REASONS ? ` and ${reasons.length - REASONS} more` : '';
  const counted = `${atLeast ? 'at least ' : ''}${formatCount(count, 'done result')}`;
  return `${counted} ${count === 1 ? 'is' : 'are'} stale (${reasons.slice(0, REASONS).join(', ')}${more})`;
}

/** What may be added to whatever was typed. */
export const ADD_REBUILD = 'add --rebuild stale';
