import { messageOf } from '../../errors.ts';
import type { AttemptOutcome, Work } from './work.ts';

/** Acts while it has its slots of pools and groups, or does not act. Nothing else is held meanwhile. */
export async function withSlots(work: Work, act: () => Promise<AttemptOutcome>): Promise<AttemptOutcome> {
  const { planned, environment, slots: wants } = work;
  if (wants.length === 0) return act();
  const taken = await environment.ledger.takeSlots(wants, planned.id, environment.run);
  if (taken.kind === 'full') return { ...taken, kind: 'crowded' };
  try {
    return await act();
  } finally {
    await environment.ledger.releaseSlots(taken.slots).catch((error: unknown) => {
      // Free as soon as this run is over.
      const message = messageOf(error);
      work.emit({
        type: 'warning',
        id: planned.id,
        message: `Its slots could not be given back: ${message}`,
      });
    });
  }
}
