import { isPipelineFile } from '../cli/target.ts';

/**
 * Which of the words are files: all that stand after the instance that is named whole, or after pipeline and task. The
 * value of a flag is none.
 */
export function splitFiles(words: readonly string[]): {
  readonly rest: readonly string[];
  readonly files: readonly string[];
} {
  const rest: string[] = [];
  const files: string[] = [];
  let operands = 0;
  let named = 2;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      rest.push(word);
      const next = words[at + 1];
      if (/^--[^=]+$/.test(word) && next !== undefined && !next.startsWith('--')) {
        rest.push(next);
        at += 1;
      }
      continue;
    }
    if (operands >= named) {
      files.push(word);
      continue;
    }
    rest.push(word);
    // A pipeline's file stands before what is named in it.
    if (operands === 0 && isPipelineFile(word)) continue;
    // `sales/fetch`, or an instance: both name a task.
    if (operands === 0 && word.includes('/')) named = 1;
    operands += 1;
  }
  return { rest, files };
}
