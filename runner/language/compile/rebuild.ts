import type { RebuildWord } from '../../model/pipeline.ts';
import { items, text } from './source/node.ts';
import type { Node } from './source/node.ts';

/** One word or a list of them; undefined where nothing is written. */
export function compileRebuild(node: Node | undefined): readonly RebuildWord[] | undefined {
  const words = items(node).flatMap((item) => {
    const word = text(item);
    return word !== undefined && isRebuildWord(word) ? [word] : [];
  });
  return words.length === 0 ? undefined : words;
}

export function isRebuildWord(word: string): word is RebuildWord {
  return word === 'missing' || word === 'failed' || word === 'stale' || word === 'all';
}
