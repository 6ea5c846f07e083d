import { byHandWords, type HandInstance, type HandReport, type HandResult } from '../model/hand.ts';
import type { Paint } from './paint.ts';
import { formatCount } from './words.ts';

const SHOWN = 20;

/** What became of what a person asked for, what depends on it, and the command that brings that up to date. */
export function handLines(report: HandReport, paint: Paint): readonly string[] {
  const { instances, by, dryRun } = report;
  if (instances.length === 0) return ['nothing is asked for'];
  const lines = instances
    .slice(0, SHOWN)
    .map(({ id, result, reason, published = [] }) =>
      [
        `${paint.bold(id)} ${label(result, dryRun)}: ${reason}`,
        ...published.map((path) => `  published/${path}`),
      ].join('\n'),
    );
  if (instances.length > SHOWN) lines.push(`… and ${instances.length - SHOWN} more: ${counted(instances)}`);
  // Of a skip each line says it.
  const done = instances.some(
    ({ result }) => result === 'put' || result === 'cleared' || result === 'published',
  );
  if (!dryRun && done) lines.push(paint.dim(`on record: ${byHandWords(by)}`));
  return [...lines.flatMap((line) => line.split('\n')), ...dependentLines(report)];
}

function label(result: HandResult, dryRun: boolean): string {
  switch (result) {
    case 'cleared':
      return dryRun ? 'is not cleared (dry run)' : 'is cleared';
    case 'skipped':
    case 'published':
      return `is ${result}`;
    case 'put':
      return 'is put in place';
    case 'unchanged':
      return 'stays as it is';
    case 'kept':
      return 'is kept';
    case 'missing':
      return 'is not there';
    case 'held':
      return 'is left alone';
    case 'overtaken':
      return 'is not touched';
    case 'unpublished':
      return 'is not all published';
  }
}

function counted(instances: readonly HandInstance[]): string {
  const counts = new Map<string, number>();
  for (const { result } of instances) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, count]) => `${count} ${result}`).join(', ');
}

function dependentLines({ dependents, next, by }: HandReport): readonly string[] {
  if (by.how === 'publish' || next === undefined) return [];
  const named = dependents.map(
    ({ task, instances, committed }) =>
      `${formatCount(instances, 'instance')} of ${task}${committed === 0 ? '' : ` (${committed} with a result)`}`,
  );
  if (named.length === 0)
    return by.how === 'clear'
      ? ['nothing else reads it', `to make it anew: ${next}`]
      : ['nothing else reads it'];
  return [`read by ${named.join(', ')}`, `to bring them up to date: ${next}`];
}

/** What `--json` prints. */
export function handDocument({ run, pipeline, by, dryRun, instances, dependents, next }: HandReport): object {
  return {
    schema: 1,
    run: run ?? null,
    pipeline,
    by,
    dryRun,
    instances: instances.map(({ id, result, reason, attempt, published }) => ({
      id,
      result,
      reason,
      attempt: attempt ?? null,
      ...(published !== undefined && published.length > 0 && { published }),
    })),
    dependents,
    next: next ?? null,
  };
}
