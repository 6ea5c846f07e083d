import type { HandInstance, HandReport } from '../../model/hand.ts';
import type { ByHand } from '../../model/records.ts';
import type { RangeOptions } from '../range.ts';
import { claimPipeline } from '../owners.ts';
import type { HandWork } from './act.ts';
import { countDependents, storedTask, type AskedByHand } from './asked.ts';
import { nextCommand } from './next.ts';

/** For what commits something: the pipeline's name and its tasks' keys are on record before, as in any run. */
export function handWork(meant: AskedByHand, by: ByHand): HandWork {
  const { asked, ledger, instances, pipelines, scope } = meant;
  return {
    ledger,
    clock: asked.opened.clock,
    pipeline: asked.pipeline.name,
    by,
    request: scope.request,
    warn: (message) => asked.options.say?.(`warning: ${message}`),
    async prepare(run) {
      await claimPipeline(meant, { run, since: by.when, adopt: false });
      const tasks = new Map(instances.map((planned) => [planned.task, storedTask(pipelines, planned).task]));
      for (const [name, { keys }] of tasks) await ledger.recordTaskKeys(asked.pipeline.name, name, keys);
    },
  };
}

export function reportOf(
  meant: AskedByHand,
  by: ByHand,
  range: RangeOptions,
  acted: { readonly run?: string; readonly instances: readonly HandInstance[] },
): HandReport {
  const dependents = countDependents(meant);
  const ids = meant.instances.map(({ id }) => id);
  return {
    ...acted,
    pipeline: meant.asked.pipeline.name,
    by,
    dryRun: acted.run === undefined,
    dependents,
    ...(ids.length > 0 && { next: nextCommand(meant.asked, ids, range) }),
  };
}
