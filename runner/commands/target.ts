import { parseInstanceId } from '../model/partition.ts';

/** What the words after a command name. */
export interface Target {
  /** A pipeline file, as typed. */
  readonly file?: string;
  readonly pipeline?: string;
  readonly tasks: readonly string[];
  /** Keys and matrix values of an instance named whole, in canonical text. */
  readonly keys: Readonly<Record<string, string>>;
  /** `--name value` of params, as typed; the last of a name counts. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads operands and unknown flags: `short-score prices --date 2021-01-29`, `./short-score.yaml`,
 * `short-score/prices/date=2021-01-29`. A flag without a value is `true`.
 */
export function parseTarget(words: readonly string[], pairs: readonly string[] = []): Target {
  const params: Record<string, string> = {};
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('--') || word === '--') {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const next = words[at + 1];
    if (equals > 0) params[word.slice(2, equals)] = word.slice(equals + 1);
    else if (next === undefined || next.startsWith('--')) params[word.slice(2)] = 'true';
    else {
      params[word.slice(2)] = next;
      at += 1;
    }
  }
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    params[equals < 0 ? pair : pair.slice(0, equals)] = equals < 0 ? 'true' : pair.slice(equals + 1);
  }
  const [first, ...tasks] = operands;
  if (first === undefined) return { tasks: [], keys: {}, params };
  if (/\.ya?ml$/.test(first)) return { file: first, tasks, keys: {}, params };
  if (!first.includes('/')) return { pipeline: first, tasks, keys: {}, params };
  if (first.split('/').length === 2) {
    const [pipeline = '', task = ''] = first.split('/');
    return { pipeline, tasks: [task, ...tasks], keys: {}, params };
  }
  const { pipeline, task, keys } = parseInstanceId(first);
  return {
    pipeline,
    tasks: [task, ...tasks],
    keys: Object.fromEntries(keys.map(({ name, value }) => [name, value])),
    params,
  };
}
