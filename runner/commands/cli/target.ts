import { usageError } from '../../errors.ts';
import { paramName } from '../../model/flags.ts';
import { targetOf, type Target } from '../../app/target.ts';

/**
 * Reads operands and unknown flags: `short-score prices --date 2021-01-29`, `./short-score.yaml`,
 * `short-score/prices/date=2021-01-29`, `./short-score.yaml short-score/prices/date=2021-01-29`. A flag without a
 * value is `true`.
 */
export function parseTarget(words: readonly string[], pairs: readonly string[] = []): Target {
  const { operands, given } = splitWords(words);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 0) give(given, pair, undefined);
    else give(given, pair.slice(0, equals), pair.slice(equals + 1));
  }
  const bare = [...given].flatMap(([name, value]) => (value === undefined ? [name] : []));
  const params = Object.fromEntries([...given].map(([name, value]) => [name, value ?? 'true']));
  const typed = bare.length === 0 ? { params } : { params, bare };
  const file = isPipelineFile(operands[0] ?? '') ? operands.shift() : undefined;
  const inFile = file === undefined ? {} : { file };
  const [first, ...tasks] = operands;
  if (first === undefined) return { ...inFile, tasks: [], keys: {}, ...typed };
  if (!first.includes('/')) {
    return file === undefined
      ? { pipeline: first, tasks, keys: {}, ...typed }
      : { file, tasks: operands, keys: {}, ...typed };
  }
  const [pipeline = '', task = '', ...rest] = first.split('/');
  if (rest.length === 0) return { ...inFile, pipeline, tasks: [task, ...tasks], keys: {}, ...typed };
  const whole = targetOf(first);
  for (const [name, value] of Object.entries(whole.keys)) {
    if (!given.has(name) || given.get(name) === value) continue;
    throw usageError(
      'said-twice',
      `${paramName(name)} ${given.get(name) ?? 'without a value'} contradicts ${first}`,
      'leave one of them out',
    );
  }
  return { ...whole, ...inFile, tasks: [...whole.tasks, ...tasks], ...typed };
}

/** Undefined: a flag without a value. */
type Given = Map<string, string | undefined>;

/** Which of two values was meant is not guessed, whether they are given by flag or by `-p`. */
function give(given: Given, name: string, value: string | undefined): void {
  if (given.has(name)) {
    const [before, after] = [given.get(name), value].map((one) => one ?? 'nothing');
    throw usageError(
      'given-twice',
      `${paramName(name)} is given twice, as ${before} and as ${after}`,
      'leave one of them out; several dates are a range, --date a..b',
    );
  }
  given.set(name, value);
}

function splitWords(words: readonly string[]): {
  readonly operands: string[];
  readonly given: Given;
} {
  const given: Given = new Map();
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    if (!/^--[^=]/.test(word)) {
      throw usageError(
        'unknown-flag',
        `there is no flag ${word}`,
        'a param is written --name value, or -p name=value',
      );
    }
    const equals = word.indexOf('=');
    const next = words[at + 1];
    if (equals > 0) give(given, word.slice(2, equals), word.slice(equals + 1));
    else if (next === undefined || next.startsWith('--')) give(given, word.slice(2), undefined);
    else {
      give(given, word.slice(2), next);
      at += 1;
    }
  }
  return { operands, given };
}

export function isPipelineFile(word: string): boolean {
  return /\.ya?ml$/.test(word);
}
