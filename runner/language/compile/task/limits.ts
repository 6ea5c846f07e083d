import type { Resources, Retry } from '../../../model/pipeline.ts';
import { DEFAULTS } from '../../schema/defaults.ts';
import { parseSize } from '../../schema/shape/size.ts';
import { boolean, child, items, members, number, text } from '../source/node.ts';
import type { Node } from '../source/node.ts';
import type { ProblemReport } from '../source/problem-report.ts';
import { suggest } from '../source/words.ts';
import { own, setOwn } from '../../../model/own.ts';

/** What Docker refuses to start a container with less than. */
const MIN_MEMORY_BYTES = 6 * 1024 * 1024;

export function compileResources(node: Node | undefined, report: ProblemReport): Resources {
  const cpus = number(child(node, 'cpus'));
  const pids = number(child(node, 'pids')) ?? DEFAULTS.pids;
  const memory = child(node, 'memory');
  const memoryBytes = parseSize(text(memory) ?? '');
  if (memory !== undefined && memoryBytes !== undefined && memoryBytes < MIN_MEMORY_BYTES) {
    report.error(
      memory,
      'resources-invalid',
      `expected at least 6m of memory, found ${String(memory.value)}`,
      {
        fix: 'No container starts with less.',
      },
    );
  }
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    pids,
  };
}

/** Trouble that nobody's change would mend is tried three times; with a `retry:` of its own any failure counts. */
const UNASKED: Retry = { ...DEFAULTS.retry, on: ['transient'] };

const RETRY_WORDS = ['transient', 'timeout', 'oom', 'any'] as const;

/** Exit statuses that have a meaning of their own. */
const OWN_MEANING = new Map([
  [66, '66 means that there is no data and never will be'],
  [75, '75 means not ready: the task waits and a later tick asks again'],
]);

export function compileRetry(keys: ReadonlyMap<string, Node> | undefined, report: ProblemReport): Retry {
  if (keys === undefined) return UNASKED;
  const on = items(keys.get('on')).flatMap((item): Retry['on'] => {
    const status = number(item);
    if (status === undefined) return RETRY_WORDS.filter((word) => word === text(item));
    const meaning = OWN_MEANING.get(status);
    if (meaning === undefined) return [status];
    report.error(item, 'retry-invalid', `${meaning}, which is no failure to retry`, {
      fix: 'Remove it from `on`.',
    });
    return [];
  });
  return {
    maxAttempts: number(keys.get('max-attempts')) ?? UNASKED.maxAttempts,
    backoffSeconds: number(keys.get('backoff-seconds')) ?? UNASKED.backoffSeconds,
    factor: number(keys.get('factor')) ?? UNASKED.factor,
    maxBackoffSeconds: number(keys.get('max-backoff-seconds')) ?? UNASKED.maxBackoffSeconds,
    jitter: boolean(keys.get('jitter')) ?? UNASKED.jitter,
    on: keys.has('on') ? on : ['any'],
  };
}

/** `pool: db` takes one slot of it, `pool: { db: 2 }` two. */
export function compilePools(
  node: Node | undefined,
  sizes: Readonly<Record<string, number>>,
  report: ProblemReport,
): Readonly<Record<string, number>> {
  const named = members(node);
  const wanted =
    named.length > 0
      ? named.map(([name, value]) => ({ name, at: value, which: 'key' as const, slots: number(value) ?? 1 }))
      : items(node).map((item) => ({ name: text(item) ?? '', at: item, which: 'value' as const, slots: 1 }));
  const pools: Record<string, number> = {};
  for (const { name, at, which, slots } of wanted) {
    const size = own(sizes, name);
    if (size === undefined) {
      report.error(at, 'pool-unknown', `there is no pool \`${name}\``, {
        fix: suggest(name, Object.keys(sizes), `Add it to sluice.yaml: pools: { ${name}: 4 }.`),
        at: which,
      });
    } else if (slots > size) {
      report.error(
        at,
        'pool-too-small',
        `${slots} slots of \`${name}\` are asked for, and it has ${size}: the task could never start`,
        {
          fix: 'Ask for fewer, or make the pool larger in sluice.yaml.',
        },
      );
    } else setOwn(pools, name, slots);
  }
  return pools;
}

/** The name of a group in which one runs at a time. */
export function compileConcurrency(node: Node | undefined): string | undefined {
  return text(node) ?? text(child(node, 'group'));
}
