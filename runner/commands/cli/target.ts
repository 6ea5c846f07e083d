import { usageError } from '../../errors.ts';
import { targetOf, type Target } from '../../app/target.ts';
import { own } from '../../model/own.ts';

/**
 * Reads operands and unknown flags: `short-score prices --date 2021-01-29`, `./short-score.yaml`,
 * `short-score/prices/date=2021-01-29`, `./short-score.yaml short-score/prices/date=2021-01-29`. A flag without a
 * value is `true`.
 */
export function parseTarget(words: readonly string[], pairs: readonly string[] = []): Target {
  const { operands, given } = splitWords(words);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    given.push(equals < 0 ? [pair, 'true'] : [pair.slice(0, equals), pair.slice(equals + 1)]);
  }
  const params = onceEach(given);
  const file = isPipelineFile(operands[0] ?? '') ? operands.shift() : undefined;
  const inFile = file === undefined ? {} : { file };
  const [first, ...tasks] = operands;
  if (first === undefined) return { ...inFile, tasks: [], keys: {}, params };
  if (!first.includes('/')) {
    return file === undefined
      ? { pipeline: first, tasks, keys: {}, params }
      : { file, tasks: operands, keys: {}, params };
  }
  const [pipeline = '', task = '', ...rest] = first.split('/');
  if (rest.length === 0) return { ...inFile, pipeline, tasks: [task, ...tasks], keys: {}, params };
  const whole = targetOf(first);
  for (const [name, value] of Object.entries(whole.keys)) {
    if (own(params, name) === undefined || own(params, name) === value) continue;
    throw usageError(
      'said-twice',
      `--${name} ${own(params, name)} contradicts ${first}`,
      'leave one of them out',
    );
  }
  return { ...whole, ...inFile, tasks: [...whole.tasks, ...tasks], params };
}

type Given = readonly [name: string, value: string];

/** Which of two values was meant is not guessed, whether they are given by flag or by `-p`. */
function onceEach(given: readonly Given[]): Readonly<Record<string, string>> {
  const params = new Map<string, string>();
  for (const [name, value] of given) {
    const before = params.get(name);
    if (before !== undefined) {
      throw usageError(
        'given-twice',
        `--${name} is given twice, as ${before} and as ${value}`,
        'leave one of them out; several dates are a range, --date a..b',
      );
    }
    params.set(name, value);
  }
  return Object.fromEntries(params);
}

function splitWords(words: readonly string[]): {
  readonly operands: string[];
  readonly given: Given[];
} {
  const given: Given[] = [];
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
    if (equals > 0) given.push([word.slice(2, equals), word.slice(equals + 1)]);
    else if (next === undefined || next.startsWith('--')) given.push([word.slice(2), 'true']);
    else {
      given.push([word.slice(2), next]);
      at += 1;
    }
  }
  return { operands, given };
}

export function isPipelineFile(word: string): boolean {
  return /\.ya?ml$/.test(word);
}
