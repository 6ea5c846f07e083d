import type { Manifest } from '../../model/records.ts';
import { fingerprintOf, settingsIn } from '../../plan/staleness/fingerprint.ts';
import { differences } from '../../plan/staleness/staleness.ts';
import type { Upstream } from './upstream.ts';
import type { Work } from './work.ts';

/** What makes a committed result stale now that everything it reads is decided; empty: it stays as it is. */
export function compareResult(work: Work, manifest: Manifest, upstream: Upstream): readonly string[] {
  const { planned, pipeline, task } = work;
  const fingerprint = planned.fingerprint ?? fingerprintOf(pipeline, task, planned.params, planned.matrix);
  return differences(manifest, {
    fingerprint,
    inputs: upstream.inputs,
    settings: settingsIn(pipeline, task, planned.params),
    period: planned.period,
    outputs: task.outputs,
  });
}
