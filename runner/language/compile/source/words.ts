import { suggestion } from '../../suggest.ts';

/** `a, b and c` */
export function list(names: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (names.length <= 1) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1) ?? ''}`;
}

/** The same, each as something to type. */
export function quoted(names: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  return list(
    names.map((name) => `\`${name}\``),
    conjunction,
  );
}

/** What was probably meant, else what there is, else what to do about there being nothing. */
export function suggest(written: string, candidates: readonly string[], ifNone: string): string {
  const near = suggestion(written, candidates);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  if (candidates.length === 0) return ifNone;
  return `There ${candidates.length === 1 ? 'is' : 'are'} ${quoted(candidates.slice(0, 20))}.`;
}
