import { StoreError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Plan, PlannedInstance } from '../model/plan.ts';
import type { ReportState } from '../model/state.ts';
import type { Emit } from './events.ts';

/** How an instance stands at the end of a run, or in a plan that nothing was run of. */
export interface Stand {
  readonly state: ReportState;
  readonly reason: string;
}

/**
 * Tells of each instance that is not there after its deadline, once for ever, whoever looks: by the record of its wait.
 * Late is what waits, also for something above it that is late, and what another run has in hand; not what failed or is
 * behind a failure, which is told as that, nor what could not be told because the store is away. It is still tried.
 */
export async function tellDeadlines(
  plan: Plan,
  standOf: (planned: PlannedInstance) => Stand | undefined,
  nowMs: number,
  { ledger, emit }: { readonly ledger: Pick<Ledger, 'tellDeadline'>; readonly emit: Emit },
): Promise<void> {
  const at = new Date(nowMs).toISOString();
  for (const planned of plan.instances) {
    const { id, deadlineAt, wait, committed } = planned;
    if (deadlineAt === undefined || Date.parse(deadlineAt) > nowMs) continue;
    if (committed !== undefined || wait?.deadlineToldAt !== undefined) continue;
    const stand = standOf(planned);
    if (stand === undefined || !isLate(stand.state)) continue;
    try {
      if (await ledger.tellDeadline({ instance: id, over: null, at })) {
        emit({ type: 'deadline-passed', id, at, deadlineAt, reason: stand.reason });
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      emit({
        type: 'warning',
        id,
        message: `That its deadline has passed could not be recorded: ${error.message}`,
      });
    }
  }
}

function isLate(state: ReportState): boolean {
  return state === 'waiting' || state === 'running' || state === 'unknown';
}
