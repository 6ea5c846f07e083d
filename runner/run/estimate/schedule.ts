import type { InstanceId } from '../../model/partition.ts';
import { createHeap } from '../heap.ts';
import { createProgress } from '../progress/progress.ts';
import type { PlanNodes } from '../progress/nodes.ts';
import type { Step } from '../progress/step.ts';

/**
 * How long a plan takes if everything goes well and each instance takes so long: the machine that runs plans starts
 * what is ready under every limit, and time leaps to whichever ends next.
 */
export function scheduleSeconds(
  { nodes, hooks }: PlanNodes,
  concurrency: number,
  secondsOf: (id: InstanceId) => number,
): number {
  const progress = createProgress({ nodes, hooks, concurrency });
  const running = createHeap<{ readonly id: InstanceId; readonly endsAt: number }>(
    (a, b) => a.endsAt < b.endsAt,
  );
  let now = 0;
  const start = (step: Step): void => {
    // How many legs a placeholder comes to is not known: it takes as long as one.
    for (const id of [...step.start.map((one) => one.id), ...step.expand]) {
      running.push({ id, endsAt: now + secondsOf(id) });
    }
  };
  start(progress.begin());
  for (let next = running.pop(); next !== undefined; next = running.pop()) {
    now = next.endsAt;
    start(progress.apply({ type: 'finished', id: next.id, state: 'succeeded', reason: '', ran: true }));
  }
  return now;
}
