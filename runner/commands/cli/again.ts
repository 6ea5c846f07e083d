import { quoteWord } from '../../model/quote-word.ts';

/** The command that was typed, with other values of some flags and without others: it works wherever that did. */
export function typedWith(
  typed: readonly string[],
  flags: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): string {
  const replaced = [...Object.keys(flags), ...without];
  const kept: string[] = [];
  for (let at = 0; at < typed.length; at += 1) {
    const word = typed[at] ?? '';
    if (replaced.includes(word)) at += 1;
    else if (!replaced.some((flag) => word.startsWith(`${flag}=`))) kept.push(word);
  }
  return ['sluice', ...kept, ...Object.entries(flags).flat()].map(quoteWord).join(' ');
}
