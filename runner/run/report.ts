import { EXIT } from '../errors.ts';
import type { InstanceId } from '../model/partition.ts';
import type { Report, ReportInstance } from '../model/report.ts';
import type { Outcome, ReportState } from '../model/state.ts';
import type { Ending } from './ending.ts';

export interface ReportInput {
  readonly run: string;
  readonly pipeline: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly instances: readonly ReportInstance[];
  /** Those that keep the run from success: not what `continue-on-error` forgives or blocks. */
  readonly raising: ReadonlySet<InstanceId>;
  /** Those that were asked for: an upstream that is late matters only through them. */
  readonly asked: ReadonlySet<InstanceId>;
  readonly ending: Ending;
  readonly published: readonly string[];
}

export function makeReport(input: ReportInput): Report {
  const exitStatus = exitStatusOf(input);
  return {
    run: input.run,
    pipeline: input.pipeline,
    outcome: outcomeOf(exitStatus),
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    counts: countStates(input.instances),
    instances: input.instances,
    exitStatus,
    published: input.published,
  };
}

export function countStates(
  instances: readonly { readonly state: ReportState }[],
): Readonly<Partial<Record<ReportState, number>>> {
  const counts: Partial<Record<ReportState, number>> = {};
  for (const { state } of instances) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** Of several: interrupted, out of reach, failed, incomplete. */
function exitStatusOf({ instances, raising, asked, ending }: ReportInput): number {
  if (ending.kind === 'interrupted') return EXIT.interrupted;
  if (ending.kind === 'halted') return EXIT.unreachable;
  let status: number = EXIT.ok;
  for (const { id, state } of instances) {
    if (!raising.has(id)) continue;
    if (state === 'failed' || state === 'unpublished') return EXIT.failed;
    if (asked.has(id)) status = EXIT.incomplete;
  }
  return status;
}

function outcomeOf(exitStatus: number): Outcome {
  switch (exitStatus) {
    case EXIT.ok:
      return 'succeeded';
    case EXIT.interrupted:
      return 'cancelled';
    case EXIT.incomplete:
      return 'incomplete';
    default:
      return 'failed';
  }
}
