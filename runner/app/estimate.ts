import { evaluateCondition, evaluateTemplate, evaluateValue } from '../language/expression/evaluate.ts';
import { readDurations, type TimedTask } from '../ledger/knowledge/durations.ts';
import type { Estimate } from '../model/estimate.ts';
import { own } from '../model/own.ts';
import { mayMake } from '../model/plan.ts';
import { estimate } from '../run/estimate/estimate.ts';
import type { Planned } from './planned.ts';

/**
 * How long running a plan takes, by what its tasks took before; undefined where there is nothing to do.
 *
 * @param concurrency containers side by side; default: the project's.
 * @throws StoreError where the store does not answer.
 */
export async function estimatePlanned(
  { asked, plan, pipelines, ledger }: Pick<Planned, 'asked' | 'plan' | 'pipelines' | 'ledger'>,
  concurrency?: number,
): Promise<Estimate | undefined> {
  const { project, clock } = asked.opened;
  const tasks = new Map<string, TimedTask>();
  for (const { pipeline, task, action } of plan.instances) {
    if (!mayMake(action)) continue;
    const name = `${pipeline}/${task}`;
    if (tasks.has(name)) continue;
    const timeKey = own(pipelines.get(pipeline)?.tasks, task)?.timeKey;
    tasks.set(name, { pipeline, task, ...(timeKey === undefined ? {} : { timeKey }) });
  }
  if (tasks.size === 0) return undefined;
  const seconds = await readDurations(ledger, [...tasks.values()], clock.now());
  return estimate(
    plan,
    {
      pipelines,
      pools: project.pools,
      concurrency: concurrency ?? project.concurrency,
      expressions: { template: evaluateTemplate, condition: evaluateCondition, value: evaluateValue },
      seconds,
    },
    clock.now(),
  );
}
