import { usageError } from '../errors.ts';
import type { PlannedInstance } from '../model/plan.ts';
import type { Planned } from './planned.ts';
import { own } from '../model/own.ts';

/** The instances that the words ask for: named whole, or by task and params. */
export function askedInstances({ asked, plan }: Planned): readonly PlannedInstance[] {
  const { tasks, keys } = asked.target;
  return plan.instances.filter(
    (instance) =>
      instance.asked &&
      (tasks.length === 0 || tasks.includes(instance.task)) &&
      Object.entries(keys).every(
        ([name, value]) => (own(instance.keys, name) ?? String(own(instance.matrix, name) ?? '')) === value,
      ),
  );
}

/** Exactly one, or an error that lists what it could be. */
export function oneInstance(planned: Planned): PlannedInstance {
  const found = askedInstances(planned);
  const [first, second] = found;
  if (first === undefined) {
    throw usageError(
      'no-instance',
      'there is no such instance',
      `see them with: sluice plan ${planned.asked.pipeline.name} --all`,
    );
  }
  if (second !== undefined) {
    const names = found.slice(0, 5).map((instance) => instance.id);
    throw usageError(
      'many-instances',
      `expected one instance, found ${found.length}`,
      `name one as it is written, for example ${names.join(', ')}`,
    );
  }
  return first;
}
