import type { Definition } from '../../model/definition.ts';
import type { Pipeline, Task } from '../../model/pipeline.ts';
import type { PlannedInstance } from '../../model/plan.ts';
import { own, setOwn } from '../../model/own.ts';
import { digestOf } from '../staleness/digest.ts';

/** What is written of every task of a plan; where it stands in the file, and what only people read, changes nothing. */
export function definitionOf(
  pipelines: ReadonlyMap<string, Pipeline>,
  plan: { readonly instances: readonly Pick<PlannedInstance, 'pipeline' | 'task'>[] },
): Definition {
  const definition: Record<string, Readonly<Record<string, string>>> = {};
  for (const { pipeline, task } of plan.instances) {
    const name = `${pipeline}/${task}`;
    if (Object.hasOwn(definition, name)) continue;
    const written = own(pipelines.get(pipeline)?.tasks, task);
    if (written !== undefined) setOwn(definition, name, digestsOf(written));
  }
  return definition;
}

/** In words, a line a task; empty where nothing differs. */
export function definitionChanges(before: Definition, now: Definition): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((name) => {
    const [old, current] = [own(before, name), own(now, name)];
    if (old === undefined) return `task ${name} was not part of it`;
    if (current === undefined) return `task ${name} is no part of it any more`;
    const changed = [...new Set([...Object.keys(old), ...Object.keys(current)])].filter(
      (key) => own(old, key) !== own(current, key),
    );
    return changed.length === 0 ? [] : `task ${name} is written differently: ${changed.sort().join(', ')}`;
  });
}

function digestsOf(task: Task): Readonly<Record<string, string>> {
  const { position: _, description: __, owner: ___, runbook: ____, ...meaning } = task;
  const needs = task.needs.map(({ position: _position, ...rule }) => rule);
  const digests: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...meaning, needs })) {
    if (value !== undefined) setOwn(digests, asWritten(key), digestOf(value).slice(0, SHORT));
  }
  return digests;
}

/** Enough to tell two texts apart that somebody wrote. */
const SHORT = 16;

/** `timeoutSeconds` is `timeout-minutes` in a file; the others are spelled alike. */
function asWritten(key: string): string {
  return key === 'timeoutSeconds'
    ? 'timeout-minutes'
    : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
