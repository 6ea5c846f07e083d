import { closest, distance } from 'fastest-levenshtein';

/** Each is compared, for each mistake. */
const MOST = 1000;

/** The known word that a writer most likely meant; undefined when none is near. Case does not count. */
export function suggestion(found: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || found === '' || found.length > 100) return undefined;
  const lower = found.toLowerCase();
  const byLower = new Map(known.slice(0, MOST).map((word) => [word.toLowerCase(), word]));
  const near = closest(lower, [...byLower.keys()]);
  const allowed = Math.max(1, Math.floor(Math.max(lower.length, near.length) / 3));
  if (distance(lower, near) <= allowed || isSwapped(lower, near)) return byLower.get(near);
  const begun =
    lower.length >= 3
      ? [...byLower.keys()].filter((word) => word.startsWith(lower) || lower.startsWith(word))
      : [];
  return begun.length === 1 && begun[0] !== undefined ? byLower.get(begun[0]) : undefined;
}

/** `plna` for `plan`: two edits, one slip of the fingers. */
function isSwapped(found: string, near: string): boolean {
  const letters = (word: string) => word.split('').sort().join('');
  return distance(found, near) === 2 && letters(found) === letters(near);
}

/** ` Did you mean …` where something is near, else the list of what there is. */
export function didYouMean(found: string, known: readonly string[], called: string): string {
  const near = suggestion(found, known);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (known.length === 0) return `There are no ${called}.`;
  const shown = known.slice(0, 40).map((word) => `\`${word}\``);
  return `Known ${called}: ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}.`;
}
