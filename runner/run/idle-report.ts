import type { Pipeline } from '../model/pipeline.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { own } from '../model/own.ts';
import type { Expressions } from './expressions.ts';
import { isDoneBefore, nodesOf } from './progress/nodes.ts';
import { createProgress } from './progress/progress.ts';
import { makeReport } from './report.ts';
import { createResults } from './results.ts';

/** What a run of a plan with nothing to do would come to: told without one, so that nothing is recorded. */
export function idleReport(
  plan: Plan,
  pipelines: ReadonlyMap<string, Pipeline>,
  pools: Readonly<Record<string, number>>,
  expressions: Expressions,
): Omit<Report, 'run'> {
  const { nodes, hooks } = nodesOf(plan, pipelines, pools, expressions);
  const results = createResults(plan, ({ pipeline, task }) => own(pipelines.get(pipeline)?.tasks, task));
  const { settled } = createProgress({ nodes, hooks, concurrency: 0 }).begin();
  for (const one of settled) results.settle(one);
  const asked = plan.instances.filter((planned) => planned.asked && !isDoneBefore(planned));
  const { run: _run, ...report } = makeReport({
    run: '',
    pipeline: plan.pipeline,
    startedAt: plan.at,
    finishedAt: plan.at,
    instances: results.all(),
    raising: results.raising,
    asked: new Set(asked.map(({ id }) => id)),
    ending: { kind: 'complete' },
    published: [],
  });
  return report;
}
