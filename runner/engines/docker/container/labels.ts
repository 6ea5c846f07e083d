import type { Job } from '../../../model/job.ts';

export type Kind = 'task' | 'holder' | 'probe';

/** By which a sweep knows what is whose. Never anything of the task's values. */
export function labelsOf(
  job: Pick<Job, 'storeId' | 'run'> & Partial<Pick<Job, 'instance' | 'attempt'>>,
  kind: Kind,
): Record<string, string> {
  return {
    'sluice.store': job.storeId,
    'sluice.run': job.run,
    ...(job.instance === undefined ? {} : { 'sluice.instance': job.instance }),
    ...(job.attempt === undefined ? {} : { 'sluice.attempt': job.attempt }),
    'sluice.kind': kind,
  };
}
