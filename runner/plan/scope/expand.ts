import { ProblemsError } from '../../errors.ts';
import type { Problem } from '../../model/problem.ts';
import { problem } from '../request/request-problem.ts';
import type { ScopedInstance } from './tables.ts';

/** More than anybody plans at once: a mistake in a range or an endless chain of needs. */
const MAX_INSTANCES = 3_000_000;

/** What `index` holds before an instance has its place. */
const NEW = -1;
const OPEN = -2;

interface Frame {
  readonly instance: ScopedInstance;
  need: number;
  member: number;
}

/**
 * Adds what the roots need and orders all, each after its needs. Iterative: a chain of `offset` may be as long as
 * the pipeline's history.
 */
export function expand(
  roots: readonly ScopedInstance[],
  bindingsOf: (instance: ScopedInstance) => ScopedInstance['bindings'],
): readonly ScopedInstance[] {
  const ordered: ScopedInstance[] = [];
  const stack: Frame[] = [];
  const enter = (instance: ScopedInstance): void => {
    instance.bindings = bindingsOf(instance);
    instance.index = OPEN;
    stack.push({ instance, need: 0, member: 0 });
  };
  for (const root of roots) {
    if (root.index !== NEW) continue;
    enter(root);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const binding = frame.instance.bindings[frame.need];
      if (binding === undefined) {
        stack.pop();
        frame.instance.index = ordered.length;
        ordered.push(frame.instance);
        continue;
      }
      const member = binding.members[frame.member];
      if (member === undefined) {
        frame.need += 1;
        frame.member = 0;
        continue;
      }
      frame.member += 1;
      if (member.index >= 0) continue;
      if (member.index === OPEN) throw new ProblemsError([cycle(stack, member)]);
      if (ordered.length + stack.length > MAX_INSTANCES) throw new ProblemsError([tooMany(member)]);
      enter(member);
    }
  }
  return ordered;
}

function cycle(stack: readonly Frame[], again: ScopedInstance): Problem {
  const ids = stack.map((frame) => frame.instance.id);
  const path = [...ids.slice(ids.indexOf(again.id)), again.id].join(' → ');
  return problem('cycle', `these instances need each other: ${path}`, 'Take one of the needs away.');
}

function tooMany(instance: ScopedInstance): Problem {
  return problem(
    'too-many-instances',
    `more than ${MAX_INSTANCES.toLocaleString('en-US')} instances are needed, reached at ${instance.id}`,
    'Ask for a shorter range, or give its time key a `start`.',
  );
}
