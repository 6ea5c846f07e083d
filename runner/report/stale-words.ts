import type { LeftStale } from '../model/plan.ts';
import { quoteWord } from '../model/quote-word.ts';
import { formatCount } from './words.ts';

const REASONS = 3;

/** `nothing was made with top=20`, `at least 3 done results are stale (script changed)`. */
export function staleWords({ instances, atLeast, reasons, unused, above }: LeftStale): string {
  const count = instances.length;
  if (unused.length > 0) return `nothing was made with ${unused.join(', ')}`;
  const more = reasons.length > REASONS ? ` and ${reasons.length - REASONS} more` : '';
  const counted = `${atLeast ? 'at least ' : ''}${formatCount(count, above === true ? 'result' : 'done result')}`;
  return `${counted} ${count === 1 ? 'is' : 'are'} stale (${reasons.slice(0, REASONS).join(', ')}${more})`;
}

/** What makes it anew: `otherwise` where that is what was typed, with `--rebuild stale`. */
export function rebuildWords({ command }: LeftStale, otherwise = 'add --rebuild stale'): string {
  return command === undefined ? otherwise : command.map(quoteWord).join(' ');
}
