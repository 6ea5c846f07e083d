import { quoteWord } from '../model/quote-word.ts';

interface Older {
  readonly task: string;
  readonly values: readonly string[];
  readonly atLeast: boolean;
  readonly command: readonly string[];
}

/** `clean: 3 older partitions are missing (2026-11-24 … 26): sluice run sales clean --last 7` */
export function olderLines(older: readonly Older[]): readonly string[] {
  return older.map(({ task, values, atLeast, command }) => {
    const count = values.length;
    const words = count === 1 ? 'older partition is missing' : 'older partitions are missing';
    const counted = `${atLeast ? 'at least ' : ''}${count.toLocaleString('en-US')} ${words}`;
    return `${task}: ${counted} (${spanOf(values)}): ${command.map(quoteWord).join(' ')}`;
  });
}

/** Of the last, only what is another than in the first. */
function spanOf(values: readonly string[]): string {
  const [first = '', last = first] = [values[0], values.at(-1)];
  if (first === last) return first;
  const [ours, theirs] = [first.split('-'), last.split('-')];
  const other = theirs.findIndex((part, at) => part !== ours[at]);
  return `${first} … ${theirs.slice(other).join('-')}`;
}
